package io.postern.delivery.transaction;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;

/**
 * The purpose of a session, by which it is opened and kept: the whole requirement is part of it, so
 * that nothing is ever sent over a session that was opened for another one (G3).
 */
record SessionKey(Target target, HopProtocol protocol, TlsRequirement requirement) {}
