package io.postern.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A call whose rate is its own ({@link CallRates}): whoever has a copy of a token, and uses up all
 * other calls, keeps its owner neither from signing out nor from changing the password.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OwnRate {}
