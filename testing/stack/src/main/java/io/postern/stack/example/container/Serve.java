package io.postern.stack.example.container;

import io.postern.commandline.TerminalText;
import io.postern.lab.CrlServer;
import io.postern.lab.LabCa;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Receives mail, prints a line for each message, and keeps none. Runs until it is ended. */
@Command(name = "serve")
final class Serve implements Callable<Integer> {
  @Parameters(index = "0")
  private Host host = Host.MAILBOX;

  @Option(names = "--shared", required = true, description = "the hosts' keys")
  private Path shared = Path.of("");

  @Option(names = "--port")
  private int port = 25;

  @Option(names = "--lists-port")
  private int listsPort = Host.REVOCATION_LISTS.getPort();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--anchors",
      description = "also is the authority: its root is written here, its lists are served")
  private @Nullable Path anchors;

  @Override
  public Integer call() throws Exception {
    start();
    new CountDownLatch(1).await();
    return 0;
  }

  ScriptedPeer start() {
    PrintWriter out = spec.commandLine().getOut();
    InetAddress everywhere = InetAddress.ofLiteral("0.0.0.0");
    if (anchors != null) {
      LabCa authority = Host.authority(shared);
      authority.writeRoot(anchors.resolve("example.pem"));
      CrlServer.at(new InetSocketAddress(everywhere, listsPort), Host.REVOCATION_LISTS)
          .serve(authority);
    }
    ScriptedPeer peer =
        ScriptedPeer.named(host.hostName())
            .address(everywhere)
            .port(port)
            .identity(host.renewed(shared))
            .witness(message -> out.println(line(message)))
            .start();
    out.println(host.hostName() + " receives mail at port " + peer.port());
    return peer;
  }

  static String line(PeerMessage message) {
    String tls = message.session().tlsVersion();
    return TerminalText.printable(
        "received from <%s> for %s, %s: %s"
            .formatted(
                message.from(),
                String.join(", ", message.recipients()),
                tls.isEmpty() ? "in plaintext" : "over " + tls,
                subject(message.start())));
  }

  private static String subject(String header) {
    return header
        .lines()
        .filter(line -> line.regionMatches(true, 0, "Subject:", 0, 8))
        .findFirst()
        .orElse("no Subject");
  }
}
