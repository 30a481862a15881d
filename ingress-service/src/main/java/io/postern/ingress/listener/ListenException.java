package io.postern.ingress.listener;

import java.io.IOException;
import java.net.InetSocketAddress;

/** An address cannot be listened on; the message names the setting and the cure. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1;

  ListenException(Listener listener, InetSocketAddress address, IOException cause) {
    super(
        listener.key()
            + ".port "
            + address.getPort()
            + " cannot be opened on "
            + listener.key()
            + ".host "
            + address.getHostString()
            + " ("
            + cause.getMessage()
            + "): choose another port, or stop the program that uses it",
        cause);
  }
}
