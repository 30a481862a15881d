package io.postern.api.users;

import io.postern.api.Rights;

/** Of which local users a second factor is demanded. */
public enum SecondFactorDemand {
  NONE,
  /** Of users with the role operator. */
  OPERATORS,
  ALL;

  boolean isOf(User user) {
    return switch (this) {
      case NONE -> false;
      case OPERATORS -> user.roles().contains(Rights.OPERATOR);
      case ALL -> true;
    };
  }
}
