package io.postern.check.dial;

import io.postern.check.report.Connection;
import java.util.List;

/**
 * What a mail server has shown.
 *
 * @param chain DER as presented; empty: there was no handshake
 * @param stapled the OCSP response that came with it; empty: none
 */
public record Dialled(Connection connection, List<byte[]> chain, byte[] stapled) {}
