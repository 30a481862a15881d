package io.postern.service;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A replica's name in the log: the machine's host name and a port, the same after a restart and
 * different on every machine. A name that many machines have, such as localhost, gets an id that
 * lasts as long as the process. Stateless.
 */
public final class ReplicaName {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,199}");

  private static final Pattern EVERY_MACHINES =
      Pattern.compile("|127\\..*|::1|(ip6-)?localhost[46]?(\\..*)?", Pattern.CASE_INSENSITIVE);
  private static final String PROCESS = UUID.randomUUID().toString().substring(0, 8);

  private ReplicaName() {}

  /**
   * A checked setting, see {@link CheckedSettings}.
   *
   * @param key of the setting
   * @param chosen by the operator
   * @param port that this process listens on, "0" or "" where that is not known
   */
  public static String of(String key, Optional<String> chosen, String port) {
    String name = chosen.orElseGet(() -> of(hostName(), port));
    if (!ALLOWED.matcher(name).matches()) {
      throw new ConfigurationException(
          key
              + " is \""
              + name
              + "\": write up to 200 letters, digits, dots, colons, hyphens and underscores");
    }
    return name;
  }

  /** The machine's name with the process' id, another one after each start. */
  static String ofProcess() {
    String host = hostName();
    return (host.isEmpty() ? "localhost" : host) + "-" + PROCESS;
  }

  static String of(String host, String port) {
    if (EVERY_MACHINES.matcher(host).matches() || port.isEmpty() || port.equals("0")) {
      return (host.isEmpty() ? "localhost" : host) + "-" + PROCESS + ":" + port;
    }
    return host + ":" + port;
  }

  /**
   * As the machine has it: no server of names is asked, whose answer may change or be localhost.
   */
  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return ""; // its name has no address
    }
  }
}
