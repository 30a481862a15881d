package io.postern.rules.gateway;

import java.util.List;

/**
 * The host that handed a mail to the gateway through which it comes. Immutable, any thread.
 *
 * @see TrueSourceWalk
 */
public sealed interface TrueSource {
  Gateway gateway();

  /** At RCPT: the header section has not come. No address condition fails for it. */
  record Awaited(Gateway gateway) implements TrueSource {}

  /**
   * @param address in the JDK's text form
   * @param greeting as the gateway wrote it, harmless in a header field
   * @param namedBy the host whose Received field names the address
   * @param skipped hosts of the gateway, the client first; each is a sentence
   */
  record Found(
      Gateway gateway, String address, String greeting, String namedBy, List<String> skipped)
      implements TrueSource {
    public Found {
      skipped = List.copyOf(skipped);
    }
  }

  /**
   * It cannot be told, and no address condition is met.
   *
   * @param whyNot a sentence for the administrator
   */
  record Unknown(Gateway gateway, String whyNot, List<String> skipped) implements TrueSource {
    public Unknown {
      skipped = List.copyOf(skipped);
    }
  }
}
