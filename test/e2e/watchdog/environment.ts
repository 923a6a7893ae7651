import { instanceOf, ownLab } from "../support/ownLab";

ownLab("watchdog", instanceOf("watchd"));
