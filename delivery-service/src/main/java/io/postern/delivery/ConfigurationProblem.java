package io.postern.delivery;

/** A setting that cannot work; the message is one sentence that names the key and the cure. */
public final class ConfigurationProblem extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigurationProblem(String sentence) {
    super(sentence);
  }
}
