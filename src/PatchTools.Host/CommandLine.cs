namespace PatchTools.Host;

/// <summary>What the host is asked to run.</summary>
internal enum ScriptSource
{
    Usage,
    Version,
    Command,
    File,
    StandardInput,
}

/// <summary>The arguments of the host, in the words of <c>pwsh</c>.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        patchtools-host: runs PowerShell text with the PatchTools module loaded.

          patchtools-host -Command TEXT…          run the text (the rest of the line); - reads standard input
          patchtools-host -File PATH [ARGUMENT…]  run the script with its arguments; - reads standard input
          … | patchtools-host                     run the script from standard input

          -NonInteractive   a prompt is an error
          -NoProfile, -NoLogo, -ExecutionPolicy NAME   taken and ignored: there is none of them
          -Version, -Help

        Exit status: what the script gives to exit; else the ExitCode of the error that ended it, 1 for any
        other error, 0 without an error. After -Command also 1 when its last statement failed. 130 after Ctrl+C.

        """;

    public ScriptSource Source { get; private init; } = ScriptSource.StandardInput;

    /// <summary>Text of <see cref="ScriptSource.Command"/>, path of <see cref="ScriptSource.File"/>.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Arguments of the script file.</summary>
    public IReadOnlyList<string> Arguments { get; private init; } = [];

    public bool NonInteractive { get; private init; }

    /// <summary>What is wrong with the arguments; null when nothing is.</summary>
    public string? Problem { get; private init; }

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i].ToUpperInvariant())
            {
                case "-COMMAND" or "-C":
                    if (args.Length == i + 1)
                        return line with { Problem = "-Command needs the text to run." };
                    return args[i + 1] == "-"
                        ? line
                        : line with
                        {
                            Source = ScriptSource.Command,
                            Text = string.Join(' ', args[(i + 1)..]),
                        };
                case "-FILE" or "-F":
                    return args.Length == i + 1
                        ? line with
                        {
                            Problem = "-File needs the path of a script.",
                        }
                        : line.WithFile(args[(i + 1)..]);
                case "-NONINTERACTIVE" or "-NONI":
                    line = line with { NonInteractive = true };
                    break;
                case "-EXECUTIONPOLICY" or "-EX" or "-EP":
                    i++;
                    break;
                case "-NOPROFILE" or "-NOP" or "-NOLOGO" or "-NOL":
                    break;
                case "-VERSION" or "-V":
                    return line with { Source = ScriptSource.Version };
                case "-HELP" or "-H" or "-?" or "--HELP":
                    return line with { Source = ScriptSource.Usage };
                case ['-', _, ..]:
                    return line with { Problem = $"{args[i]} is not known." };
                default:
                    return line.WithFile(args[i..]);
            }
        }

        return line;
    }

    private CommandLine WithFile(string[] fileAndArguments) =>
        fileAndArguments[0] == "-"
            ? this
            : this with
            {
                Source = ScriptSource.File,
                Text = fileAndArguments[0],
                Arguments = fileAndArguments[1..],
            };
}
