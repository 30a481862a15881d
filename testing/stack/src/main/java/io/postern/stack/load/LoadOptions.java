package io.postern.stack.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * One run of load.
 *
 * @param relays where the mail goes, on loopback; sessions in turn
 * @param tls whether STARTTLS is demanded; the relay's certificate is not judged
 * @param pipelining commands of a transaction go together (RFC 2920) where the relay offers it
 * @param chunking BDAT instead of DATA (RFC 3030) where the relay offers it
 * @param connections open at once
 * @param perSession messages of a session; 0: no limit
 * @param octets of a message, its header included
 * @param messages of the run
 * @param time after which no message begins
 * @param rate of messages a second that begin; 0: each session begins its next one at once
 * @param recipientDomains the recipients' in turn
 * @param limit of the whole run
 */
record LoadOptions(
    List<InetSocketAddress> relays,
    boolean tls,
    boolean pipelining,
    boolean chunking,
    int connections,
    int perSession,
    int octets,
    int messages,
    Duration time,
    double rate,
    List<String> recipientDomains,
    Duration limit) {
  /** The same with other bounds. */
  LoadOptions messages(int most, Duration within) {
    return new LoadOptions(
        relays,
        tls,
        pipelining,
        chunking,
        connections,
        perSession,
        octets,
        most,
        within,
        rate,
        recipientDomains,
        limit);
  }
}
