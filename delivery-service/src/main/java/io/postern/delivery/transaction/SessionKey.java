package io.postern.delivery.transaction;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;

/**
 * The purpose of a session, by which it is opened and kept: the whole requirement is part of it,
 * with the demand of the host, so that nothing is ever sent over a session that was opened for
 * another one (G3).
 */
record SessionKey(
    Target target, HopProtocol protocol, TlsRequirement requirement, HostDemand demand) {}
