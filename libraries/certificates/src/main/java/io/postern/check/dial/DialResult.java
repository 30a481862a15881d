package io.postern.check.dial;

import io.postern.check.report.Connection;
import java.util.List;

/**
 * The result of a dial: the server's certificates.
 *
 * @param chain DER as presented; empty: there was no handshake
 * @param stapled the OCSP response that came with it; empty: none
 */
public record DialResult(Connection connection, List<byte[]> chain, byte[] stapled) {}
