using System.Text.RegularExpressions;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Planning;

/// <summary>apt's answer to <c>apt-get --simulate install</c>: what it would do, or why it cannot.</summary>
internal sealed partial record AptSimulation
{
    public required int ExitCode { get; init; }

    public required IReadOnlyList<PlannedChange> Changes { get; init; }

    /// <summary>
    /// From "The following packages have unmet dependencies", one for each package, its lines joined.
    /// </summary>
    public IReadOnlyList<UnmetDependency> Unmet { get; init; } = [];

    /// <summary>Messages that begin with <c>E:</c>, each with the lines that belong to it.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The database itself is inconsistent: nothing is answered before that is repaired.</summary>
    public bool NeedsRepair =>
        ExitCode != 0
        && Errors.Any(e =>
            e.Contains("apt --fix-broken install", StringComparison.Ordinal)
            || e.Contains("apt-get -f install", StringComparison.Ordinal)
        );

    /// <summary>apt's reason in one sentence; what it says of the given package where it says so much.</summary>
    public string Reason(string name)
    {
        var own = Unmet.FirstOrDefault(u => u.Package == name) ?? (Unmet.Count > 0 ? Unmet[0] : null);
        if (own is not null)
            return $"{own.Package} {own.Text}";
        return Errors.Count > 0 ? Errors[^1] : "apt gave no reason";
    }

    /// <summary>Whether apt's reason names the package.</summary>
    public bool Blames(string name) =>
        Unmet.Any(u => u.Package == name) || (Unmet.Count == 0 && Errors.Any(e => Mentions(e, name)));

    /// <summary>Whether a text of apt's holds the package's name as a whole.</summary>
    public static bool Mentions(string text, string name)
    {
        for (
            var at = text.IndexOf(name, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf(name, at + 1, StringComparison.Ordinal)
        )
        {
            var end = at + name.Length;
            if (
                (at == 0 || !IsNameCharacter(text[at - 1]))
                && (
                    end == text.Length
                    || !IsNameCharacter(text[end])
                    || (text[end] == '.' && (end + 1 == text.Length || text[end + 1] is ' ' or '\n'))
                )
            )
                return true;
        }

        return false;

        static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.';
    }

    // apt 2.6.1, standard output:
    //   Inst tb [1.0] (1.1 Debian:12.11/stable, Debian-Security:12/stable-security [amd64])
    //   Inst tm [1.0] (1.1 localhost [all]) []
    //   Inst libc6:i386 [2.36-9] (2.36-9+deb12u10 Debian:12.11/stable [i386]) [tx:i386 on libc6:i386]
    //   Inst tc (3.0 localhost [all])
    //   Conf tb (1.1 localhost [all])
    //   Remv tg [1.0]
    //   Purg tg [1.0]
    //
    //   The following packages have unmet dependencies:
    //    td : Depends: te (>= 2.0) but it is not going to be installed
    //         Depends: tx but it is not installable
    // standard error:
    //   E: Unable to correct problems, you have held broken packages.
    public static AptSimulation Parse(int exitCode, string output, string error, string native)
    {
        List<PlannedChange> changes = [];
        HashSet<string> unpacked = new(StringComparer.Ordinal);
        List<UnmetDependency> unmet = [];
        var inUnmet = false;
        foreach (var line in output.Split('\n'))
        {
            if (ActionLine().Match(line) is { Success: true } match)
            {
                if (
                    Change(match, native) is { } change
                    && (
                        change.Action == PlannedAction.Configure
                            ? !unpacked.Contains(Key(change))
                            : unpacked.Add(Key(change))
                    )
                )
                    changes.Add(change);
            }
            else if (line.StartsWith("The following packages have unmet dependencies:", StringComparison.Ordinal))
            {
                inUnmet = true;
                continue;
            }

            if (!inUnmet || !line.StartsWith(' '))
            {
                inUnmet = false;
                continue;
            }

            var separator = line.IndexOf(" : ", StringComparison.Ordinal);
            if (separator > 0 && line[1] != ' ')
                unmet.Add(new UnmetDependency(line[1..separator].Trim().Split(':')[0], line[(separator + 3)..].Trim()));
            else if (unmet.Count > 0)
                unmet[^1] = unmet[^1] with { Text = $"{unmet[^1].Text}; {line.Trim()}" };
        }

        return new AptSimulation
        {
            ExitCode = exitCode,
            Changes = changes,
            Unmet = unmet,
            Errors = ErrorsOf(error),
        };

        static string Key(PlannedChange change) => $"{change.Name}:{change.Architecture}";
    }

    // E: Unable to satisfy dependencies. Reached two conflicting assignments:
    //    1. td:amd64=1.1 is selected for install
    public static IReadOnlyList<string> ErrorsOf(string standardError)
    {
        List<string> errors = [];
        var continues = false;
        foreach (var line in standardError.Split('\n'))
        {
            if (line.StartsWith("E: ", StringComparison.Ordinal))
            {
                errors.Add(line[3..].Trim());
                continues = true;
            }
            else if (continues && line.StartsWith(' ') && line.Trim().Length > 0)
            {
                errors[^1] += " " + line.Trim();
            }
            else
            {
                continues = false;
            }
        }

        return errors;
    }

    private static PlannedChange? Change(Match match, string native)
    {
        var (name, architecture) = match.Groups["name"].Value.Split(':') is [var bare, var foreign]
            ? (bare, foreign)
            : (match.Groups["name"].Value, "");
        var bracket = match.Groups["architecture"].Value;
        if (architecture.Length == 0)
            architecture = bracket is "all" or "" ? native : bracket;
        var from = match.Groups["from"].Value;
        var to = match.Groups["to"].Value;
        var action = match.Groups["action"].Value switch
        {
            "Remv" or "Purg" => PlannedAction.Remove,
            "Conf" => PlannedAction.Configure,
            _ when from.Length == 0 => PlannedAction.Install,
            _ => DebianVersion.Order.Compare(to, from) < 0 ? PlannedAction.Downgrade : PlannedAction.Upgrade,
        };
        return new PlannedChange
        {
            Action = action,
            Name = name,
            Architecture = architecture,
            FromVersion = from,
            ToVersion = to,
            Repository = match.Groups["origin"].Value.Trim(),
        };
    }

    [GeneratedRegex(
        @"^(?<action>Inst|Conf|Remv|Purg) (?<name>\S+)(?: \[(?<from>[^\]\s]*)\])?(?: "
            + @"\((?<to>\S+)(?<origin>[^\[\]]*?)(?:\[(?<architecture>[^\]]+)\])?\))?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ActionLine();
}

/// <summary>One package that apt cannot satisfy.</summary>
internal sealed record UnmetDependency(string Package, string Text);
