package io.postern.ingress.listener;

import io.postern.fuzzing.FuzzTest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** A PROXY header is refused with its reason, or names the client whose octets stand in it. */
final class ProxyHeaderFuzzTest extends FuzzTest {
  @Override
  protected Map<String, byte[]> corpus() {
    return ProxySeeds.all();
  }

  @Override
  protected int inputs() {
    return 100_000;
  }

  @Override
  protected void take(byte[] input) {
    byte[] header = input;
    ProxyHeader parsed;
    try {
      if (ProxyLine.begins(input)) {
        line(input);
        return;
      }
      int following = ProxyHeader.following(Arrays.copyOf(input, ProxyHeader.FIXED));
      holds(following <= ProxyHeader.MOST_FOLLOWING, "what follows is bounded");
      header = Arrays.copyOf(input, ProxyHeader.FIXED + following);
      parsed = ProxyHeader.parse(header);
    } catch (ProxyHeaderException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    InetSocketAddress client = parsed.client();
    if (client == null) {
      same(0x20, header[12] & 0xff, "LOCAL alone names nobody");
      return;
    }
    int octets = header[13] == 0x11 ? 4 : 16;
    byte[] address = Arrays.copyOfRange(header, 16, 16 + octets);
    boolean mapped = client.getAddress().getAddress().length != octets;
    byte[] named = mapped ? Arrays.copyOfRange(address, 12, 16) : address;
    holds(Arrays.equals(named, client.getAddress().getAddress()), "the client is the header's");
  }

  private static void line(byte[] input) throws ProxyHeaderException {
    InetSocketAddress client = ProxyLine.parse(input).client();
    String text = new String(input, StandardCharsets.US_ASCII);
    holds(client != null || text.startsWith("PROXY UNKNOWN"), "UNKNOWN alone names nobody");
    holds(
        client == null || text.contains(" " + client.getPort() + " "), "the port is the header's");
  }
}
