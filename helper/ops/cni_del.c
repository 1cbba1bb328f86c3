/* CNI's DEL: an attachment is over, and the veth of our making with it. */
#include "net/veth.h"
#include "ops/cni_end.h"
#include "wire/nl.h"

int op_cni_del(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
	       struct error *e)
{
	const struct cni_ending what = {
		.name = call->name,
		.instance = call->instance,
		.release = cni_gives_up(conf, call->name, call->instance),
	};
	_nl_sock_ struct nl_sock *host = NULL;
	char veth[CNI_VETH_MAX];
	int r = cni_end(c, &what, e), made;

	if (!conf->bridge)
		return r;
	made = nl_open(&host, e);
	if (made == 0)
		made = veth_remove(host, cni_veth_name(conf->full_network, call->container,
						       call->ifname, veth));
	if (r == 0 && made < 0)
		r = error_sys(e, made, "cannot remove %s", veth);
	return r;
}
