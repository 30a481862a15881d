/**
 * What the tests of each REST API share: its endpoints by role, and its description compared with
 * docs/api.
 */
@NullMarked
package io.postern.lab.api;

import org.jspecify.annotations.NullMarked;
