package io.postern.contracts;

import io.postern.contracts.v1.PartitionOwner;
import java.util.Comparator;

/**
 * An owner of a partition of {@code mail.deliveries}, with the number of its take. A later owner is
 * greater. Written {@code era.generation.take}. Immutable.
 *
 * @param era begun anew by an administrator when the consumer group was deleted
 * @param generation of the consumer group, in which the partition was assigned
 * @param take within the assignment, from 1; 0 with the other two: {@link #NOBODY}
 */
public record Owner(int era, int generation, int take) implements Comparable<Owner> {
  /** Before the first owner. */
  public static final Owner NOBODY = new Owner(0, 0, 0);

  private static final Comparator<Owner> ORDER =
      Comparator.comparingInt(Owner::era)
          .thenComparingInt(Owner::generation)
          .thenComparingInt(Owner::take);

  public Owner {
    if (era < 0 || generation < 0 || take < 0) {
      throw new IllegalArgumentException("an owner's numbers are not negative");
    }
  }

  public static Owner of(PartitionOwner owner) {
    return new Owner(owner.getEra(), owner.getGeneration(), owner.getTake());
  }

  public PartitionOwner message() {
    return PartitionOwner.newBuilder().setEra(era).setGeneration(generation).setTake(take).build();
  }

  /**
   * Reads the form that {@link #toString} writes.
   *
   * @throws IllegalArgumentException when the text is no owner
   */
  public static Owner parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("an owner is era.generation.take");
    }
    try {
      return new Owner(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("an owner is era.generation.take, three numbers", e);
    }
  }

  public boolean after(Owner other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Owner other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return era + "." + generation + "." + take;
  }
}
