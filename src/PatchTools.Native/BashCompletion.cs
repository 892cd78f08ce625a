using System.Text;
using PatchTools.Native.Table;

namespace PatchTools.Native;

/// <summary>The completion of the program's words in bash, made of the table of commands.</summary>
internal static class BashCompletion
{
    private const string Head = """
        # bash completion for patchtools
        _patchtools() {
          local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=''
          if (( COMP_CWORD == 1 )); then
            COMPREPLY=( $(compgen -W '@commands' -- "$cur") )
            return
          fi
          case $prev in

        """;

    private const string Tail = """
          esac
          COMPREPLY=( $(compgen -W "$words" -- "$cur") )
        }
        complete -F _patchtools patchtools
        """;

    public static string Text()
    {
        var commands = string.Join(
            ' ',
            [.. CommandTable.All.Select(command => command.Name), "--help", "--version", "--man", "--completion"]
        );
        var text = new StringBuilder(Head.Replace("@commands", commands, StringComparison.Ordinal));
        foreach (var option in CommandTable.All.SelectMany(command => command.Options).DistinctBy(row => row.Name))
            text.Append(Values(option));
        text.Append("  esac\n  [ -n \"$words\" ] || case ${COMP_WORDS[1]} in\n");
        foreach (var command in CommandTable.All)
            text.Append("    ")
                .Append(command.Name)
                .Append(") words='")
                .AppendJoin(' ', command.Options.Select(option => option.Name))
                .Append(" --help';;\n");
        return text.Append(Tail).ToString();
    }

    /// <summary>What follows an option; nothing where it is a switch.</summary>
    private static string Values(OptionRow option)
    {
        if (option.IsSwitch)
            return "";
        if (option.Choices.Count > 0)
            return $"    {option.Name}) words='{string.Join(' ', option.Choices)}';;\n";
        return option.IsFile
            ? $"    {option.Name}) COMPREPLY=( $(compgen -f -- \"$cur\") ); return;;\n"
            : $"    {option.Name}) return;;\n";
    }
}
