# Every verb is a script in tools/verbs, which can be called as it is, or a sub-command of tools/verbs/qvd-ha, which has them all. STACK chooses the stack (default dev).
.PHONY: up preview drift export status psql doctor doctor-table verbs-table on switch-over service-stop service-start standby online maintenance restore-configuration reboot-rolling update-rolling update-postgres grow-volume replace-node upgrade-postgres upgrade-back upgrade-forget drill drills profiles rotate backup restore verify down compare stacks impact-table mutants test unit offline offline-in host e2e drift-table check fix
.SUFFIXES:
# What a verb acts on and what is agreed to is said on its command line alone: npm, for one, has a NODE in the environment of whatever it starts.
$(foreach v,NODE TO FILE TIME INTO PART DISK SIZE SECRET RESOURCE LOSE MODE VERSION RUN CONSENT REPAIR VICTIM,\
  $(if $(filter command,$(origin $(v))),,$(eval override $(v) :=)))

# CONSENT="restarts:p_postgres …" agrees to what a preview says it would do to the service.
up:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/up $(ARGS)
preview:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/preview $(ARGS)
drift:
	@tools/verbs/drift $(ARGS)
export:
	@tools/verbs/export $(ARGS)
status:
	@tools/verbs/status $(ARGS)
psql:
	@tools/verbs/psql $(ARGS)
# What is wrong, and what to type next. REPAIR=split-brain (VICTIM=node): guided.
doctor:
	@tools/verbs/qvd-ha doctor $(if $(REPAIR),--repair "$(REPAIR)") $(if $(VICTIM),--victim "$(VICTIM)") $(ARGS)
# Each tells first what it does to the service, and wants CONSENT="moves:p_postgres …" or a typed yes. ARGS=--preview only tells.
switch-over:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(TO) $(ARGS)
service-stop:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(RESOURCE) $(ARGS)
standby online:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(NODE) $(ARGS)
maintenance:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(MODE) $(ARGS)
# FILE=cluster-20260101T011000Z.tar.gz, here or by its name on a node, or a CIB as XML.
restore-configuration:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(FILE) $(ARGS)
service-start reboot-rolling update-rolling update-postgres:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/qvd-ha $@ $(ARGS)
# SIZE=20: of each disk, in GiB; without it, whoever has the disks has grown them already.
grow-volume:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/grow-volume $(SIZE) $(ARGS)
# TO=17: a major version of PostgreSQL; MODE=copy|clone|link. LOSE=writes: back to the one before. VERSION=15: the old data is thrown away.
upgrade-postgres:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/upgrade-postgres $@ $(TO) $(if $(MODE),--mode $(MODE)) $(ARGS)
upgrade-back:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/upgrade-postgres $@ $(LOSE) $(ARGS)
upgrade-forget:
	@tools/verbs/qvd-ha $@ $(VERSION) $(ARGS)
# NODE=qvddb2: a new machine takes its place; PART=disk: a new disk. DISK=serial names the data disk that is given up.
replace-node:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/replace-node $(NODE) $(if $(PART),--part "$(PART)") $(if $(DISK),--disk "$(DISK)") $(ARGS)
# On the running stack dev: every fault that the doctor knows of is made, named, and mended by typing what it says. ROWS="1-5 9" takes some of them.
doctor-table:
	@ROWS="$(ROWS)" tools/verbs/doctor-table
# On the running stack dev: every verb, under a ledger of acknowledged writes. VERBS="standby maintenance" takes some of them.
# HERE=1: those that boot nothing, on the real Corosync and Pacemaker of this machine instead, with stand-ins for agents.
verbs-table:
	@VERBS="$(VERBS)" HERE="$(HERE)" tools/verbs/verbs-table
# NODE=qvddb1 RUN='command': as root on a node.
on:
	@tools/verbs/qvd-ha on
drill:
	@tools/verbs/drill $(FAULT) $(if $(CONSENT),--consent "$(CONSENT)") $(ARGS)
# SET=quick|full REPEAT=n COMPARE=old.json RESULTS=directory, LIST=1; CONSENT="cluster@address" where the cluster is a real one.
drills:
	@tools/verbs/drills $(if $(LIST),--list) $(if $(SET),--set $(SET)) $(if $(FAULT),--fault "$(FAULT)") $(if $(REPEAT),--repeat $(REPEAT)) \
	  $(if $(RESULTS),--results $(RESULTS)) $(if $(COMPARE),--compare $(COMPARE)) $(if $(CONSENT),--consent "$(CONSENT)") $(ARGS)
# VARIANTS="howto fast" or "literal howto fast", FAULTS, REPEAT=3, BUDGET=seconds, TABLE=1; DEFAULT_PROFILE=howto is deployed in the end.
profiles:
	@VARIANTS="$(VARIANTS)" FAULTS="$(FAULTS)" REPEAT="$(REPEAT)" BUDGET="$(BUDGET)" TABLE="$(TABLE)" RESULTS="$(RESULTS)" \
	  DEFAULT_PROFILE="$(DEFAULT_PROFILE)" tools/verbs/profiles
# SECRET=database|drbd|corosync|fencing|login|pitr|…, FILE=new where the configuration gives it. ARGS=--preview only tells.
rotate:
	@QVD_HA_CONSENT="$(CONSENT) $(QVD_HA_CONSENT)" tools/verbs/rotate $(SECRET) $(if $(FILE),--file "$(FILE)") $(ARGS)
backup:
	@tools/verbs/backup $(ARGS)
# FILE=name NODE=name; INTO=database CONSENT="database@address" replaces what is there. TIME="2026-01-31 12:00:00+00" or latest: as it was then.
restore:
	@tools/verbs/restore $(if $(TIME),--time "$(TIME)") $(if $(FILE),--file "$(FILE)") $(if $(NODE),--node "$(NODE)") $(if $(INTO),--into "$(INTO)") $(if $(CONSENT),--consent "$(CONSENT)") $(ARGS)
verify:
	@tools/verbs/verify $(ARGS)
down:
	@tools/verbs/down
drift-table:
	@tools/verbs/drift-table $(ARGS)
compare:
	@tools/verbs/compare
impact-table:
	@ROWS="$(ROWS)" HERE="$(HERE)" tools/verbs/impact-table
mutants:
	@tools/verbs/mutants
test:
	@tools/verbs/test
# The offline tests with another system's own programs: OS=debian13 TESTS='test/offline/pacemaker/'.
offline-in:
	@tools/verbs/offline-in "$(OS)" "$(TESTS)"
# What two stacks' files have that only one cluster may have.
stacks:
	@tools/verbs/stacks $(ARGS)
check unit offline host e2e:
	@tools/verbs/test $@
fix:
	@npm run --silent fix
