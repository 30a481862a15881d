@NullMarked
package io.postern.service;

import org.jspecify.annotations.NullMarked;
