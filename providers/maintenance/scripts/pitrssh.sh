#!/bin/bash
# ssh as pgBackRest on a node calls it: with our configuration alone.

exec ssh -F /etc/qvd-ha/pitr_ssh_config "$@"
