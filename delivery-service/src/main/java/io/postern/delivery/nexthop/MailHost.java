package io.postern.delivery.nexthop;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A host to dial.
 *
 * @param name as configured or as in the MX record, lower case; shown, sent as SNI
 * @param address for a literal, which is not looked up
 * @param preference of the MX record; 0: another way led here
 * @param configured by an administrator; otherwise the recipient's domain chose it
 * @param proven it is the right name: an administrator wrote it, or DNSSEC proves the MX record, or
 *     that there is none (RFC 7672 §2.2.1)
 */
public record MailHost(
    String name,
    int port,
    @Nullable InetAddress address,
    int preference,
    boolean configured,
    boolean proven) {}
