
# Names that the installation knows: `@PROGRAM@ names KIND` prints them, and this shell remembers the last ones for a
# minute. A name is never a part of a script: it is compared, quoted and printed. Works in bash 3.2 and, by bashcompinit, in zsh.
_postern_names_key=
_postern_names_time=
_postern_names_text=

# Sets valued (options that have a value) and kinds (labels of names) of a command; fails where there is no such command.
function _postern_command() {
  case "$1" in
@COMMANDS@    *) return 1 ;;
  esac
}

# Sets plain to a word without quotes and backslashes.
function _postern_plain() {
  plain=$1
  case "$plain" in
    "~/"*) plain=$HOME/${plain#"~/"} ;;
  esac
  plain=${plain//\\/}
  plain=${plain//\"/}
  plain=${plain//\'/}
}

# Looks at the words before the cursor. Sets kind (empty: no name belongs here), typed (the word at the cursor, plain), before (the
# part of it that the shell has split off) and asked (the arguments that say which installation and organization are meant).
function _postern_place() {
  local i=1 word next glued path="" index=0 option="" valued kinds plain found
  kind="" typed="" before="" asked=()
  _postern_command "" || return
  while [ "$i" -le "$COMP_CWORD" ]; do
    # bash splits a word at = and at :, which belong to it here; --option= stands for itself.
    word=${COMP_WORDS[i]}
    before=""
    glued=""
    while [ "$i" -lt "$COMP_CWORD" ]; do
      next=${COMP_WORDS[i+1]}
      case "$next" in
        = | : | ::) glued=yes; before=$word$next ;;
        *) [ -n "$glued" ] || break; glued=""; before=$word ;;
      esac
      case "$word" in -*=) break ;; esac
      i=$((i + 1))
      word=$word$next
    done
    if [ "$i" -eq "$COMP_CWORD" ]; then
      break
    fi
    i=$((i + 1))
    _postern_plain "$word"
    if [ -n "$option" ]; then
      _postern_value "$option" "$plain"
      option=""
      continue
    fi
    case "$word" in
      -*=) option=${word%=} ;;
      -*=*) _postern_value "${word%%=*}" "${plain#*=}" ;;
      -*) case "$valued" in *" $word "*) option=$word ;; esac ;;
      *)
        if [ "$index" -eq 0 ] && _postern_command "${path:+$path }$plain"; then
          path=${path:+$path }$plain
        else
          _postern_value "$index" "$plain"
          index=$((index + 1))
        fi
        ;;
    esac
  done
  case "$option$word" in
    -*=*) [ -n "$option" ] || { option=${word%%=*}; word=${word#*=}; before=${before#*=}; } ;;
  esac
  case "$word" in
    -*) [ -n "$option" ] || return ;;
  esac
  found=${kinds#*" ${option:-$index}="}
  if [ "$found" != "$kinds" ]; then
    kind=${found%% *}
    _postern_plain "$before"
    before=$plain
    _postern_plain "$word"
    typed=$plain
  fi
}

# Remembers a value that says which installation or organization is meant.
function _postern_value() {
  case "$1" in
    --context | --state | --set) asked[${#asked[@]}]=$1; asked[${#asked[@]}]=$2 ;;
    --organization) asked[${#asked[@]}]=--organization; asked[${#asked[@]}]=$2 ;;
    *) case "$kinds" in *" $1=ORGANIZATION "*) asked[${#asked[@]}]=--organization; asked[${#asked[@]}]=$2 ;; esac ;;
  esac
}

function _postern_complete() {
  local kind typed before asked key quoted name used=""
  COMPREPLY=()
  _postern_place
  if [ -n "$kind" ]; then
    _postern_plain "${COMP_WORDS[0]}"
    [ ! -r "${HOME-}/.config/postern/in-use" ] || IFS= read -r used < "$HOME/.config/postern/in-use" || :
    key="$plain $kind ${asked[*]-} ${POSTERN_CONTEXT-} $used"
    if [ "$key" != "$_postern_names_key" ] || [ $((SECONDS - _postern_names_time)) -gt 60 ]; then
      _postern_names_text=$(JDK_JAVA_OPTIONS="${JDK_JAVA_OPTIONS-} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" "$plain" names "$kind" ${asked[@]+"${asked[@]}"} </dev/null 2>/dev/null)
      _postern_names_key=$key
      _postern_names_time=$SECONDS
      # Nothing may be a service that was slow: it is asked again soon.
      [ -n "$_postern_names_text" ] || _postern_names_time=$((SECONDS - 50))
    fi
    while IFS= read -r name; do
      case "$name" in
        "$typed"*)
          [ -n "$name" ] || continue
          name=${name#"$before"}
          case "${COMP_WORDS[COMP_CWORD]}" in
            ?*[\"\']*) continue ;;
            [\"\']*)
              # The shell puts a name into an open quote as it is.
              case "$name" in *[\"\'\\\$\`\!]*) continue ;; esac
              quoted=$name
              ;;
            *) printf -v quoted %q "$name" ;;
          esac
          COMPREPLY[${#COMPREPLY[@]}]=$quoted
          ;;
      esac
    done <<< "$_postern_names_text"
    [ ${#COMPREPLY[@]} -eq 0 ] || return 0
  fi
  _complete_postern
}

complete -F _postern_complete -o default @PROGRAM@ @PROGRAM@.sh @PROGRAM@.bash
