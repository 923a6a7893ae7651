import { raw } from "@qvd-ha/providers/dist/remote";

/** For both managers of RPM packages. */
export const POSTGRES = raw(`names=$(rpm -qa --queryformat '%{NAME}\\n' 'postgresql*' 'libpq*')`);
