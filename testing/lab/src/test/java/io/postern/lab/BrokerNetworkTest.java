package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokerNetworkTest {
  private static final int WAIT_MILLIS = 1_500;

  @Test
  void aCableIsCutInOneDirectionAndMended() throws Exception {
    if (!BrokerNetwork.canBeMade()) {
      NotRun.needed(BrokerNetworkTest.class, "network namespaces cannot be made here");
      return;
    }
    try (BrokerNetwork network = BrokerNetwork.of(2)) {
      Process listening = listen(network, 1);
      try {
        String first = network.addresses().getFirst();
        assertThat(reached(network, BrokerNetwork.HERE, first)).as("from here").isTrue();
        assertThat(reached(network, 2, first)).as("from the other host").isTrue();
        network.cut(2, 1);
        assertThat(reached(network, 2, first)).as("its packets are lost").isFalse();
        assertThat(reached(network, BrokerNetwork.HERE, first)).as("others go on").isTrue();
        network.mend();
        assertThat(reached(network, 2, first)).isTrue();
        network.cut(1, 2);
        assertThat(reached(network, 2, first)).as("answers are lost").isFalse();
        network.mend();
        assertThat(reached(network, 2, first)).isTrue();
      } finally {
        listening.destroyForcibly().waitFor();
      }
    }
  }

  private static Process listen(BrokerNetwork network, int host) throws Exception {
    Process process = java(network, host, "listen", network.addresses().get(host - 1));
    assertThat(process.inputReader().readLine()).isEqualTo("listening");
    return process;
  }

  private static boolean reached(BrokerNetwork network, int host, String address) throws Exception {
    if (host == BrokerNetwork.HERE) {
      return connected(address);
    }
    Process process = java(network, host, "connect", address);
    return process.waitFor() == 0;
  }

  private static Process java(BrokerNetwork network, int host, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(network.enter(host));
    command.addAll(
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OnHost.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static boolean connected(String address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, OnHost.PORT), WAIT_MILLIS);
      return true;
    } catch (IOException no) {
      return false;
    }
  }

  /** What runs on a host. */
  static final class OnHost {
    static final int PORT = 2_000;

    public static void main(String[] args) throws IOException {
      if (args[0].equals("connect")) {
        System.exit(connected(args[1]) ? 0 : 1);
      }
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(args[1], PORT));
        System.out.println("listening");
        while (true) {
          socket.accept().close();
        }
      }
    }
  }
}
