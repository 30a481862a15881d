package io.postern.contracts;

/**
 * Name of one delivery that was asked for: message, attempt (1, 2, ...) and group of recipients
 * within the attempt (docs/design/the-log.md, "Decisions: a chain"). Written {@code
 * queueid/attempt/group}. Immutable.
 */
public record DeliveryId(QueueId queueId, int attempt, int group) {
  public DeliveryId {
    if (attempt < 1 || group < 0) {
      throw new IllegalArgumentException(
          "attempt starts at 1, group at 0: " + attempt + ", " + group);
    }
  }

  /**
   * Reads the form that {@link #toString} writes.
   *
   * @throws IllegalArgumentException when the text is no delivery id
   */
  public static DeliveryId parse(String text) {
    int second = text.lastIndexOf('/');
    int first = second < 1 ? -1 : text.lastIndexOf('/', second - 1);
    if (first < 0) {
      throw new IllegalArgumentException("a delivery id is queue id/attempt/group");
    }
    return new DeliveryId(
        QueueId.parse(text.substring(0, first)),
        number(text.substring(first + 1, second)),
        number(text.substring(second + 1)));
  }

  @Override
  public String toString() {
    return queueId + "/" + attempt + "/" + group;
  }

  private static int number(String digits) {
    // one spelling for one id: no sign, no leading zero
    if (!digits.matches("0|[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          "a delivery id is queue id/attempt/group, the last two numbers");
    }
    return Integer.parseInt(digits);
  }
}
