import { instanceOf, ownLab } from "../support/ownLab";

ownLab("thirdVote", instanceOf("third"));
