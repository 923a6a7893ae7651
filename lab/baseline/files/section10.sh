# Prints the HOWTO's section 10 as CIB XML, in today's terms.
op() { # id name interval timeout [role] [check level]
  printf '<op id="%s-%s-%s" name="%s" interval="%s" timeout="%s"' "$1" "$2" "$3" "$2" "$3" "$4"
  [ -z "${5-}" ] || printf ' role="%s"' "$5"
  if [ -n "${6-}" ]; then
    printf '><instance_attributes id="%s-%s-%s-ia"><nvpair id="%s-%s-%s-level" name="OCF_CHECK_LEVEL" value="%s"/></instance_attributes></op>' "$1" "$2" "$3" "$1" "$2" "$3" "$6"
  else
    printf '/>'
  fi
}
attributes() { # element id name=value…
  local element=$1 id=$2 pair
  shift 2
  printf '<%s id="%s-%s">' "$element" "$id" "$element"
  for pair in "$@"; do printf '<nvpair id="%s-%s-%s" name="%s" value="%s"/>' "$id" "$element" "${pair%%=*}" "${pair%%=*}" "${pair#*=}"; done
  printf '</%s>' "$element"
}

cat <<'XML'
<configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="opt-recheck" name="cluster-recheck-interval" value="10min"/>
<nvpair id="opt-stonith" name="stonith-enabled" value="true"/>
<nvpair id="opt-stonith-timeout" name="stonith-timeout" value="120s"/>
</cluster_property_set></crm_config>
<rsc_defaults><meta_attributes id="rsc-options">
<nvpair id="rsc-stickiness" name="resource-stickiness" value="1"/>
<nvpair id="rsc-threshold" name="migration-threshold" value="2"/>
<nvpair id="rsc-failure" name="failure-timeout" value="3min"/>
</meta_attributes></rsc_defaults>
<resources>
XML
for node in qvddb1 qvddb2; do
  printf '<primitive id="p_fence_%s" class="stonith" type="fence_virsh">' "$node"
  attributes instance_attributes "p_fence_$node" ip=172.20.64.1 username=root identity_file=/root/.ssh/fence_key "plug=$node" "pcmk_host_list=$node" \
    login_timeout=30 shell_timeout=30 power_timeout=60 pcmk_monitor_timeout=60 pcmk_reboot_timeout=120 pcmk_off_timeout=120
  printf '<operations>'; op "p_fence_$node" monitor 60s 60s; op "p_fence_$node" start 0 60s; printf '</operations></primitive>\n'
done
printf '<clone id="c_ping">'
attributes meta_attributes c_ping interleave=true
printf '<primitive id="p_ping" class="ocf" provider="pacemaker" type="ping">'
attributes instance_attributes p_ping host_list=172.20.64.1 multiplier=100 name=pingd
printf '<operations>'; op p_ping start 0 60s; op p_ping stop 0 20s; op p_ping monitor 10s 60s; printf '</operations></primitive></clone>\n'

printf '<clone id="ms_drbd_postgres">'
attributes meta_attributes ms_drbd_postgres promotable=true promoted-max=1 clone-max=2 notify=true interleave=true
printf '<primitive id="p_drbd_postgres" class="ocf" provider="linbit" type="drbd">'
attributes instance_attributes p_drbd_postgres drbd_resource=postgres
printf '<operations>'
op p_drbd_postgres start 0 240s; op p_drbd_postgres stop 0 100s; op p_drbd_postgres promote 0 60s; op p_drbd_postgres demote 0 30s; op p_drbd_postgres notify 0 30s
op p_drbd_postgres monitor 10s 20s Promoted; op p_drbd_postgres monitor 20s 20s Unpromoted
printf '</operations></primitive></clone>\n'

printf '<group id="g_postgres">'
printf '<primitive id="p_fs_postgres" class="ocf" provider="heartbeat" type="Filesystem">'
attributes instance_attributes p_fs_postgres device=/dev/drbd0 directory=/var/lib/pgsql/data fstype=xfs
printf '<operations>'; op p_fs_postgres start 0 60s; op p_fs_postgres stop 0 30s; op p_fs_postgres monitor 20s 40s "" 20; printf '</operations></primitive>\n'
printf '<primitive id="p_ip_postgres" class="ocf" provider="heartbeat" type="IPaddr2">'
attributes instance_attributes p_ip_postgres ip=172.20.64.90 cidr_netmask=24 nic=eth0
printf '<operations>'; op p_ip_postgres start 0 20s; op p_ip_postgres stop 0 20s; op p_ip_postgres monitor 10s 20s; printf '</operations></primitive>\n'
printf '<primitive id="p_postgres" class="ocf" provider="heartbeat" type="pgsql">'
attributes instance_attributes p_postgres pgctl=/usr/lib/postgresql/15/bin/pg_ctl psql=/usr/bin/psql pgdata=/var/lib/pgsql/data pgdb=qvddb \
  "monitor_sql=update ha.pacemaker_monitor set last_update=current_timestamp;"
printf '<operations>'; op p_postgres start 0 120s; op p_postgres stop 0 60s; op p_postgres monitor 10s 30s; printf '</operations></primitive></group>\n'

cat <<'XML'
</resources>
<constraints>
<rsc_location id="l_fence_qvddb1" rsc="p_fence_qvddb1" node="qvddb1" score="-INFINITY"/>
<rsc_location id="l_fence_qvddb2" rsc="p_fence_qvddb2" node="qvddb2" score="-INFINITY"/>
<rsc_location id="l_drbd_master_on_ping" rsc="ms_drbd_postgres"><rule id="l_drbd_master_on_ping-rule" role="Promoted" score="-INFINITY" boolean-op="or">
<expression id="l_drbd_master_on_ping-undefined" attribute="pingd" operation="not_defined"/>
<expression id="l_drbd_master_on_ping-zero" attribute="pingd" operation="lte" value="0" type="number"/>
</rule></rsc_location>
<rsc_colocation id="o_postgres_on_drbd" rsc="g_postgres" with-rsc="ms_drbd_postgres" with-rsc-role="Promoted" score="INFINITY"/>
<rsc_order id="o_drbd_before_postgres" first="ms_drbd_postgres" first-action="promote" then="g_postgres" then-action="start" kind="Mandatory"/>
</constraints>
</configuration>
XML
