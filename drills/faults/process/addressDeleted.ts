import { deleteAddress } from "../../actions/cluster";
import type { Fault } from "../fault";

/** Back in place. */
export const addressDeleted: Fault = {
  number: "15",
  name: "address-deleted",
  group: "process",
  title: "the database's address is deleted by hand",
  where: "anywhere",
  does: [deleteAddress("active")],
  expect: { serves: "active" },
};
