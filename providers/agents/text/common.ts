// What our agents have in common, word for word.

export const ENVIRONMENT = "export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** How a resource agent's description ends, and how it tells Pacemaker why an action failed. */
export const DESCRIBED = `<action name="meta-data" timeout="5s"/>
<action name="validate-all" timeout="5s"/>
</actions>
</resource-agent>
XML
}

why() { printf 'ocf-exit-reason:%s\\n' "$1" >&2; }`;

/** Which function does which action, of an agent that is not promoted. */
export const DISPATCH = `case \${1-} in
meta-data) metadata ;;
validate-all) valid ;;
start) valid && start ;;
stop) stop ;;
monitor | status) monitor ;;
*) exit 3 ;;
esac`;
