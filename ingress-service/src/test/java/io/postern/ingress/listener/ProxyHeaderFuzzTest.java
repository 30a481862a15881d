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
    ProxyHeader.Named named = null;
    int read = 0;
    try (ProxyHeader header = new ProxyHeader()) {
      while (named == null && read < input.length) {
        holds(read <= ProxyHeader.MOST, "what is read is bounded");
        int next = Math.min(input.length, read + header.more());
        named = header.next(Arrays.copyOfRange(input, read, next));
        read = next;
      }
    } catch (ProxyHeaderException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    if (named == null) {
      return; // it would wait for more
    }
    String text = new String(input, 0, read, StandardCharsets.ISO_8859_1);
    InetSocketAddress client = named.client();
    if (client == null) {
      holds(
          text.startsWith("PROXY UNKNOWN") || (input[12] & 0xff) == 0x20,
          "LOCAL and UNKNOWN alone name nobody");
    } else if (text.startsWith("PROXY ")) {
      holds(
          text.contains(" " + client.getPort() + " ")
              || text.matches("(?s).* 0+" + client.getPort() + " .*"),
          "the port is the header's");
    } else {
      int octets = input[13] == 0x11 ? 4 : 16;
      byte[] address = Arrays.copyOfRange(input, 16, 16 + octets);
      boolean mapped = client.getAddress().getAddress().length != octets;
      byte[] its = mapped ? Arrays.copyOfRange(address, 12, 16) : address;
      holds(Arrays.equals(its, client.getAddress().getAddress()), "the client is the header's");
    }
  }
}
