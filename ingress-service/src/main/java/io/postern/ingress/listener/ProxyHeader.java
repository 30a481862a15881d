package io.postern.ingress.listener;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.postern.rules.address.IpAddress;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A header of the PROXY protocol, version 1 or 2 (the protocol's specification of 2020), with which
 * a balancer names the client of a connection: read by Netty's codec, which gets only octets that
 * belong to the header ({@link #more}), so that not one after it is taken. Without I/O. Owner: one
 * thread, which must close it.
 *
 * <p>A header that is not wholly as the specification has it names nobody: {@link
 * ProxyHeaderException} says why. The codec is lenient, so this looks at what it passes: an address
 * that other readers take for another one, a TLV that is cut, a checksum. Other TLVs are passed
 * over. Bound: {@value #MOST} octets.
 */
final class ProxyHeader implements AutoCloseable {
  /** The largest certificate TLVs have their room. */
  static final int MOST = 16 + 2048;

  private static final int SHORTEST = 15; // of both versions: PROXY UNKNOWN
  private static final int ADDRESSES = 216; // the most that the codec adds to TLVs
  private static final int FAMILY = 13;
  private static final int FIXED = 16;
  private static final int LENGTH = 14; // of what follows the fixed part, in version 2
  private static final int CHECKSUM = 0x03;

  private final EmbeddedChannel codec =
      new EmbeddedChannel(new HAProxyMessageDecoder(MOST - FIXED - ADDRESSES));
  private final ByteArrayOutputStream octets = new ByteArrayOutputStream(128);

  /**
   * A whole header.
   *
   * @param client null: the balancer speaks for itself (LOCAL, UNKNOWN), for a health check
   */
  record Named(@Nullable InetSocketAddress client) {}

  /** How many octets behind those that were taken belong to the header at least. */
  int more() {
    int taken = octets.size();
    if (taken < SHORTEST) {
      return SHORTEST - taken;
    }
    byte[] header = octets.toByteArray();
    if (header[0] == 'P') {
      return 1; // up to the end of its line
    }
    if (taken < FIXED) {
      return FIXED - taken;
    }
    int all = FIXED + (ByteBuffer.wrap(header).getShort(LENGTH) & 0xffff);
    return Math.max(1, Math.min(all, MOST) - taken);
  }

  /**
   * Null: more octets belong to the header.
   *
   * @param next octets, at most {@link #more}
   */
  @Nullable Named next(byte[] next) throws ProxyHeaderException {
    octets.writeBytes(next);
    try {
      codec.writeInbound(Unpooled.wrappedBuffer(next));
    } catch (DecoderException e) {
      throw new ProxyHeaderException("the PROXY header is malformed or too long");
    }
    HAProxyMessage message = codec.readInbound();
    if (message == null) {
      return null;
    }
    try {
      return named(message, octets.toByteArray());
    } finally {
      message.release();
    }
  }

  private static Named named(HAProxyMessage message, byte[] header) throws ProxyHeaderException {
    boolean line = message.protocolVersion() == HAProxyProtocolVersion.V1;
    HAProxyProxiedProtocol protocol = message.proxiedProtocol();
    if (!line) {
      verify(header);
    }
    if (message.command() == HAProxyCommand.LOCAL
        || line && protocol == HAProxyProxiedProtocol.UNKNOWN) {
      return new Named(null);
    }
    if (protocol != HAProxyProxiedProtocol.TCP4 && protocol != HAProxyProxiedProtocol.TCP6) {
      throw new ProxyHeaderException("the PROXY header names no client of TCP");
    }
    if (IpAddress.parse(message.sourceAddress()) == null) {
      throw new ProxyHeaderException("the PROXY header has an address in an unusual form");
    }
    InetAddress client = InetAddress.ofLiteral(message.sourceAddress());
    if (client.isAnyLocalAddress() || client.isMulticastAddress()) {
      throw new ProxyHeaderException("the PROXY header has an address that no client can have");
    }
    return new Named(new InetSocketAddress(client, message.sourcePort()));
  }

  /** Octets of the two addresses and ports of version 2. */
  private static int addresses(byte[] header) {
    return switch (header[FAMILY] >> 4) {
      case 1 -> 12;
      case 2 -> 36;
      case 3 -> ADDRESSES;
      default -> 0;
    };
  }

  /** The TLVs must end where the header ends, and a checksum among them must be right. */
  private static void verify(byte[] header) throws ProxyHeaderException {
    ByteBuffer tlvs = ByteBuffer.wrap(header);
    int checksum = -1;
    int at = FIXED + addresses(header);
    while (at < header.length) {
      int end = at + 3 <= header.length ? at + 3 + (tlvs.getShort(at + 1) & 0xffff) : at + 3;
      if (end > header.length) {
        throw new ProxyHeaderException("a TLV of the PROXY header is truncated");
      }
      if (header[at] == CHECKSUM) {
        if (end - at != 3 + Integer.BYTES || checksum >= 0) {
          throw new ProxyHeaderException("the PROXY header's checksum is malformed or duplicated");
        }
        checksum = at + 3;
      }
      at = end;
    }
    if (at > header.length || checksum >= 0 && tlvs.getInt(checksum) != crc(header, checksum)) {
      throw new ProxyHeaderException("the PROXY header's addresses or checksum are wrong");
    }
  }

  /** Of the header with zeros in place of the checksum. */
  private static int crc(byte[] header, int checksum) {
    byte[] zeroed = header.clone();
    Arrays.fill(zeroed, checksum, checksum + Integer.BYTES, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(zeroed);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    codec.finishAndReleaseAll();
  }
}
