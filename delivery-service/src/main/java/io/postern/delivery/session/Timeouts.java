package io.postern.delivery.session;

import java.time.Duration;

/**
 * The time-outs of a host (RFC 5321 §4.5.3.2).
 *
 * @param connect for the TCP connection to one address
 * @param greeting for the 220 greeting
 * @param handshake for the TLS handshake
 * @param command for the answer to EHLO, STARTTLS, MAIL, RCPT and RSET
 * @param dataStart for the answer to DATA
 * @param block for one block of content to be taken
 * @param end for the answer to the final dot
 * @param quit for the answer to QUIT
 */
public record Timeouts(
    Duration connect,
    Duration greeting,
    Duration handshake,
    Duration command,
    Duration dataStart,
    Duration block,
    Duration end,
    Duration quit) {}
