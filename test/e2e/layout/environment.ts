import { ownLab } from "../support/ownLab";

ownLab("layout");
