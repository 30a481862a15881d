package io.postern.delivery.tlsrpt;

import io.postern.delivery.gate.HostDemand;

/**
 * The result of one try to have a TLS session with a mail host that the recipients' domain has
 * chosen, or the reason why none was tried.
 *
 * @param domain of the recipients; A-labels, lower case
 * @param demand of the host; none where its records could not be had
 * @param host its name
 * @param receivingAddress without port; empty: no address was dialled
 * @param sendingAddress ours; empty: not known
 * @param reason as it stands after "/" in the token; empty: TLS stood and met the demand
 * @param testingReason the reason for which a policy of MTA-STS that is in testing would have
 *     refused the session; empty: none
 * @param detail a sentence
 */
public record SessionResult(
    String domain,
    HostDemand demand,
    String host,
    String receivingAddress,
    String sendingAddress,
    String reason,
    String testingReason,
    String detail) {}
