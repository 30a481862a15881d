package io.postern.ingress.session;

import io.postern.ingress.attribution.RecipientMemory;
import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.RefusalCounts;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.log.LogSpace;
import io.postern.log.sending.MessageLog;
import io.postern.log.verdicts.VerdictSource;
import io.postern.rules.Directory;
import io.postern.transport.TlsServer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts that all sessions share. Each is thread-safe.
 *
 * @param directory empty while it is not in force: mail waits (G3)
 * @param space whether the brokers' disks have room for mail
 */
public record SessionParts(
    SessionLimits limits,
    TlsServer tls,
    Supplier<Optional<Directory>> directory,
    VerdictSource verdicts,
    MessageLog log,
    DataAdmission admission,
    RecipientMemory recipients,
    UnacceptedContent unaccepted,
    Supplier<LogSpace.State> space,
    RefusalCounts refusals,
    Handshakes handshakes,
    SessionMetrics metrics) {}
