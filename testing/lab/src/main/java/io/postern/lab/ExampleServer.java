package io.postern.lab;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A {@link ScriptedPeer} as a program: a mail server on 127.0.0.1 that keeps each message as {@code
 * NUMBER.eml} with its facts beside it in {@code NUMBER.json}. Runs until it is ended; a wrong
 * option ends it with code 2 and a sentence.
 */
public final class ExampleServer {
  private static final String USAGE =
      "usage: ExampleServer --name HOST --port PORT --keep FOLDER [--certificate PEM --key PEM]";

  private ExampleServer() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      ScriptedPeer peer = peer(options(args)).start();
      System.out.println(peer.hostName() + " listens on 127.0.0.1:" + peer.port());
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.err.println(USAGE);
      System.exit(2);
    }
    new CountDownLatch(1).await();
  }

  static ScriptedPeer.Builder peer(Map<String, String> options) {
    ScriptedPeer.Builder peer =
        ScriptedPeer.named(needed(options, "name"))
            .port(Integer.parseInt(needed(options, "port")))
            .keepIn(Path.of(needed(options, "keep")));
    if (options.containsKey("certificate") || options.containsKey("key")) {
      peer.identity(
          Identity.load(Path.of(needed(options, "certificate")), Path.of(needed(options, "key"))));
    }
    return peer;
  }

  static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].matches("--(name|port|keep|certificate|key)") || i + 1 == args.length) {
        throw new IllegalArgumentException("option " + args[i] + " is unknown or has no value");
      }
      options.put(args[i].substring(2), args[i + 1]);
    }
    return options;
  }

  private static String needed(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("option --" + name + " is missing");
    }
    return value;
  }
}
