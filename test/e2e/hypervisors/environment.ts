import { ownLab } from "../support/ownLab";

ownLab("hypervisors");
