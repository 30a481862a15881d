package io.postern.ingress.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A header of the PROXY protocol, with which a balancer names the client of a connection, and the
 * parser of version 2 (the protocol's specification of 2020, section 2.2); {@link ProxyLine} is
 * that of version 1. Without I/O, any thread.
 *
 * <p>A header that is not wholly as the specification has it names nobody: {@link
 * ProxyHeaderException} says why. Read are TCP over IPv4 and IPv6. The checksum is verified where
 * there is one, other TLVs are passed over.
 *
 * @param client null: the balancer speaks for itself (LOCAL), for a health check
 */
record ProxyHeader(@Nullable InetSocketAddress client) {
  /** Octets up to the length, which tells how many follow. */
  static final int FIXED = 16;

  /** Octets that may follow: addresses and TLVs. The largest certificate TLVs have their room. */
  static final int MOST_FOLLOWING = 2048;

  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int CHECKSUM = 0x03;

  /** Octets that follow the fixed part, once that is here. */
  static int following(byte[] fixed) throws ProxyHeaderException {
    if (Arrays.mismatch(fixed, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length) >= 0) {
      throw new ProxyHeaderException("no PROXY header was received");
    }
    int length = ByteBuffer.wrap(fixed).getShort(14) & 0xffff;
    if (length > MOST_FOLLOWING) {
      throw new ProxyHeaderException(
          "the PROXY header has " + length + " octets, at most " + MOST_FOLLOWING + " are read");
    }
    return length;
  }

  /**
   * @param header all of its octets, as {@link #following} tells their number
   */
  static ProxyHeader parse(byte[] header) throws ProxyHeaderException {
    int command = header[12] & 0xff;
    if (command != LOCAL && command != PROXY) {
      throw new ProxyHeaderException("the PROXY header's version or command is not known");
    }
    Family family = Family.of(header[13] & 0xff);
    if (family == null || header.length < FIXED + family.octets) {
      throw new ProxyHeaderException("the PROXY header's addresses are truncated or unknown");
    }
    verify(header, FIXED + family.octets);
    if (command == LOCAL) {
      return new ProxyHeader(null);
    }
    if (!family.tcp) {
      throw new ProxyHeaderException("the PROXY header names no client of TCP");
    }
    return family.client(header);
  }

  /** Of either version. */
  static ProxyHeader naming(InetAddress client, int port) throws ProxyHeaderException {
    if (client.isAnyLocalAddress() || client.isMulticastAddress()) {
      throw new ProxyHeaderException("the PROXY header has an address that no client can have");
    }
    return new ProxyHeader(new InetSocketAddress(client, port));
  }

  /** The address families and the octets of their two addresses. */
  private enum Family {
    UNSPECIFIED(0, false),
    IPV4(12, true),
    IPV4_UDP(12, false),
    IPV6(36, true),
    IPV6_UDP(36, false),
    UNIX(216, false);

    private final int octets;
    private final boolean tcp;

    Family(int octets, boolean tcp) {
      this.octets = octets;
      this.tcp = tcp;
    }

    static @Nullable Family of(int octet) {
      return switch (octet) {
        case 0x00 -> UNSPECIFIED;
        case 0x11 -> IPV4;
        case 0x12 -> IPV4_UDP;
        case 0x21 -> IPV6;
        case 0x22 -> IPV6_UDP;
        case 0x31, 0x32 -> UNIX;
        default -> null;
      };
    }

    /** Two addresses, then two ports; the client is the source. */
    ProxyHeader client(byte[] header) throws ProxyHeaderException {
      int length = (octets - 4) / 2;
      try {
        InetAddress address =
            InetAddress.getByAddress(Arrays.copyOfRange(header, FIXED, FIXED + length));
        int port = ByteBuffer.wrap(header).getShort(FIXED + 2 * length) & 0xffff;
        return ProxyHeader.naming(address, port);
      } catch (UnknownHostException e) {
        throw new IllegalStateException(e); // 4 or 16 octets are an address
      }
    }
  }

  /** The TLVs must end where the header ends, and a checksum among them must be right. */
  private static void verify(byte[] header, int from) throws ProxyHeaderException {
    ByteBuffer tlvs = ByteBuffer.wrap(header).position(from);
    int checksum = -1;
    while (tlvs.hasRemaining()) {
      if (tlvs.remaining() < 3) {
        throw new ProxyHeaderException("a TLV of the PROXY header is truncated");
      }
      int type = tlvs.get() & 0xff;
      int length = tlvs.getShort() & 0xffff;
      if (length > tlvs.remaining()) {
        throw new ProxyHeaderException("a TLV of the PROXY header is truncated");
      }
      if (type == CHECKSUM) {
        if (length != 4 || checksum >= 0) {
          throw new ProxyHeaderException("the PROXY header's checksum is malformed or duplicated");
        }
        checksum = tlvs.position();
      }
      tlvs.position(tlvs.position() + length);
    }
    if (checksum >= 0 && ByteBuffer.wrap(header).getInt(checksum) != crc(header, checksum)) {
      throw new ProxyHeaderException("the PROXY header's checksum is wrong");
    }
  }

  /** Of the header with zeros in place of the checksum. */
  private static int crc(byte[] header, int checksum) {
    byte[] zeroed = header.clone();
    Arrays.fill(zeroed, checksum, checksum + 4, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(zeroed);
    return (int) crc.getValue();
  }
}
