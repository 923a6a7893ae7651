import { ownLab } from "../support/ownLab";

ownLab("existing");
