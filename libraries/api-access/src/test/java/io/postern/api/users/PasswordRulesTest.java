package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRulesTest {
  @ParameterizedTest
  @CsvSource({
    "short, characters",
    "elevenchars, characters",
    "aaaaaaaaaaaa, repeats",
    "abababababab, repeats",
    "123412341234, repeats",
    "abcdefghijkl, sequence",
    "lkjihgfedcba, sequence",
    "123456789012, sequence",
    "qwertyuiop12, sequence",
    "asdfghjklasdf, sequence",
    "abcd1234wxyz, sequence",
    "password1234, first",
    "Password2026!, first",
    "P@ssw0rd!!!!, first",
    "passwordpassword, first",
    "1!Sunshine!1, first",
    "Sommer2026!!, first",
    "!!welcome!!2026, first",
    "iloveyou2026, first",
    "Postern-2026-!, first",
    "chocolate-1234, first",
    "annas-own-secret-words, name",
    "my dear ANNAS lives, name",
  })
  void whatIsGuessedFirstIsRefused(String password, String why) {
    assertThat(PasswordRules.fault("annas", password))
        .as(password)
        .hasValueSatisfying(fault -> assertThat(fault.problem()).contains(why));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "correct horse battery",
        "twelve-chars",
        "grüne Wolken über Kiel",
        "kJ8#mq2!xLw9",
        "password of the harbour",
        "密码密码 a b c d e f",
      })
  void othersMayBeUsed(String password) {
    assertThat(PasswordRules.fault("al", password)).as(password).isEmpty();
    assertThat(PasswordRules.fault("anna@contoso.example", password)).as(password).isEmpty();
  }

  @Test
  void whatIsMadeIsTaken() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(PasswordRules.fault("al", Users.randomPassword())).isEmpty();
    }
  }

  @Test
  void lengthIsLookedAtFirst() {
    assertThat(PasswordRules.fault("a", "x".repeat(1_000_000)).orElseThrow().problem())
        .isEqualTo("it has 1000000 characters");
  }
}
