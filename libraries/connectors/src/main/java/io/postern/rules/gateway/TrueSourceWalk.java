package io.postern.rules.gateway;

import io.postern.rules.address.IpAddress;
import io.postern.rules.address.SkipList;
import io.postern.rules.received.HeaderFields;
import io.postern.rules.received.ReceivedFrom;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The walk from the client through the Received fields to the true source of a mail. Each host puts
 * its field on top (RFC 5321 §4.4), so the topmost was written by the client, the next one by the
 * host that the topmost names, and so on. A field is believed only if its writer is a host of the
 * gateway: the client itself, a private address, or one of {@code efSkipIPs}. The first other host
 * is the true source, and what stands below is not read. A field that cannot be read in one way
 * ends the walk: the source is unknown then.
 *
 * <p>A stranger can write any number of fields below the gateway's, of any form. They are never
 * looked at while the gateway writes its own; at most {@link Gateway#MOST_HOPS} fields of the kept
 * 32 KiB of the header section are, some ten microseconds. A pure function, any thread.
 */
public final class TrueSourceWalk {
  private final Gateway gateway;
  private final List<String> skipped = new ArrayList<>(2);

  private TrueSourceWalk(Gateway gateway) {
    this.gateway = gateway;
  }

  /**
   * @param client the address of the connection, which the gateway's connector has accepted
   * @param header the header section, from its first octet
   * @param cut octets are missing at the section's end
   */
  public static TrueSource walk(Gateway gateway, String client, byte[] header, boolean cut) {
    return new TrueSourceWalk(gateway).walk(client, header, cut);
  }

  private TrueSource walk(String client, byte[] header, boolean cut) {
    skipped.add("the client " + client + " is the gateway");
    String writer = client;
    int most = gateway.skipsLastAlone() ? 1 : Gateway.MOST_HOPS;
    List<String> fields = HeaderFields.of("Received", header, cut, most);
    for (int i = 0; i < fields.size(); i++) {
      switch (ReceivedFrom.of(fields.get(i))) {
        case ReceivedFrom.Unreadable unreadable -> {
          return unknown("Received field " + (i + 1) + ", of " + writer + ", " + unreadable.why());
        }
        case ReceivedFrom.Host host -> {
          String address = text(host.address());
          SkipList.@Nullable Span known = known(host.address());
          if (known == null) {
            return new TrueSource.Found(gateway, address, host.greeting(), writer, skipped);
          }
          if (gateway.skipsLastAlone()) {
            return unknown(
                "the gateway's Received field names "
                    + address
                    + ", a private address: use efSkipIPs instead of efSkipLastIP to skip the "
                    + "gateway's inner hosts as well");
          }
          skipped.add(
              address
                  + " is in "
                  + known.text()
                  + ": Received field "
                  + (i + 1)
                  + ", of "
                  + writer);
          writer = address;
        }
      }
    }
    return unknown(end(fields.size(), cut, writer));
  }

  /** Null: a stranger's. */
  private SkipList.@Nullable Span known(IpAddress address) {
    SkipList.Span own = SkipList.PRIVATE.find(address);
    return own != null || gateway.skipsLastAlone() ? own : gateway.skipList().find(address);
  }

  private static String end(int fields, boolean cut, String writer) {
    if (fields == Gateway.MOST_HOPS) {
      return "the first " + fields + " Received fields name only hosts of the gateway";
    }
    return "there is no Received field from "
        + writer
        + (cut ? " in the header's first 32 KiB" : "");
  }

  private TrueSource unknown(String whyNot) {
    return new TrueSource.Unknown(gateway, whyNot, skipped);
  }

  /** As the JDK writes addresses, which the session's client has too. */
  private static String text(IpAddress address) {
    byte[] octets =
        address.bits() == 32
            ? ByteBuffer.allocate(4).putInt((int) address.low()).array()
            : ByteBuffer.allocate(16).putLong(address.high()).putLong(address.low()).array();
    try {
      return InetAddress.getByAddress(octets).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }
}
