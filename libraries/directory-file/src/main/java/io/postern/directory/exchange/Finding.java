package io.postern.directory.exchange;

/**
 * One parameter of one of Exchange's objects, and what became of it.
 *
 * @param object as in "Get-InboundConnector From Fabrikam"
 * @param parameter Exchange's name; empty: the whole object
 * @param value as it was in the file, at most 500 characters
 * @param taken how it was taken
 * @param remark why, and what to do; empty: it is the same here
 */
public record Finding(String object, String parameter, String value, Taken taken, String remark) {
  /** How a parameter was taken. */
  public enum Taken {
    /** It is the same here. */
    TAKEN,
    /** It has an effect here, which is not quite the same. */
    DIFFERENT,
    /** It has no effect here. */
    NOT_TAKEN,
    /** This version does not know it. */
    UNKNOWN
  }
}
