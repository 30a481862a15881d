package io.postern.ingress.session;

import io.postern.ingress.attribution.RecipientMemory;
import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.Refusals;
import io.postern.log.MessageLog;
import io.postern.log.VerdictSource;
import io.postern.rules.Directory;
import io.postern.transport.TlsServer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What all sessions share. Everything in it is thread-safe.
 *
 * @param directory empty while it is not read to its end or its reader is silent: mail waits (G3)
 */
public record SessionParts(
    SessionLimits limits,
    TlsServer tls,
    Supplier<Optional<Directory>> directory,
    VerdictSource verdicts,
    MessageLog log,
    DataAdmission admission,
    RecipientMemory recipients,
    Refusals refusals,
    Handshakes handshakes,
    SessionMetrics metrics) {}
