package io.postern.ingress.listener;

/**
 * A balancer's connection that names no client; the message says why, for the balancer's
 * administrator, without anything of the input.
 */
final class ProxyHeaderException extends Exception {
  private static final long serialVersionUID = 1;

  ProxyHeaderException(String why) {
    super(why);
  }
}
