import { instanceOf, ownLab } from "../support/ownLab";

ownLab("adoption", process.env.QVD_HA_ADOPTION_INSTANCE ?? instanceOf("adopt"));
