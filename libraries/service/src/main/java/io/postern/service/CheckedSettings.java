package io.postern.service;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Checks of settings. Each returns the value, or throws a ConfigurationException whose message is
 * one sentence with the key and the cure; thrown before the service has started it ends the process
 * with that sentence and exit code 1. Stateless.
 */
public final class CheckedSettings {
  private CheckedSettings() {}

  /** Takes an IllegalArgumentException's message for the sentence. */
  public static <T> T checked(Supplier<T> setting) {
    try {
      return setting.get();
    } catch (IllegalArgumentException e) {
      // Without the cause: Quarkus shows the message of the last one.
      throw new ConfigurationException(e.getMessage());
    }
  }

  public static int atLeast(String key, int value, int least) {
    return Math.toIntExact(atLeast(key, (long) value, least));
  }

  public static long atLeast(String key, long value, long least) {
    if (value < least) {
      throw new ConfigurationException(key + " is " + value + ": write at least " + least);
    }
    return value;
  }

  public static int between(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ConfigurationException(key + " is " + value + ": write " + least + " to " + most);
    }
    return value;
  }

  /** A millisecond or more. */
  public static Duration positive(String key, Duration value) {
    if (value.toMillis() < 1) {
      throw new ConfigurationException(key + " is " + value + ": write a time such as 30s");
    }
    return value;
  }

  /** A millisecond to {@code most}. */
  public static Duration atMost(String key, Duration value, Duration most) {
    if (value.compareTo(most) > 0) {
      throw new ConfigurationException(
          key + " is " + value.toMillis() + " ms: write at most " + most.toMillis() + "ms");
    }
    return positive(key, value);
  }

  /** This server's name in SMTP (RFC 5321 §4.1.1.1, §4.2); by default the machine's. */
  public static String hostName(String key, Optional<String> chosen) {
    String name = chosen.orElseGet(CheckedSettings::machineName);
    if (!name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")) {
      throw new ConfigurationException(
          key
              + " is \""
              + name
              + "\": write the name of this server in DNS, such as mx.example.com");
    }
    return name;
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // a machine without a name: greeting and EHLO need a word
    }
  }
}
