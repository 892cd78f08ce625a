using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Native.Table;

namespace PatchTools.Native;

/// <summary><c>patchtools(1)</c> in roff (man(7)), made of the table of commands and the table of errors.</summary>
internal static class ManPage
{
    private const string Places = """
        /var/log/amazon/ssm
        Patch states and summary, where SSM's agent keeps them; for other users below $XDG_STATE_HOME/patchtools.
        /var/lib/patchtools
        The lock of a run, reports that could not be sent yet, earlier summaries, reports in full.
        """;

    /// <param name="version">Of the program.</param>
    public static string Text(string version)
    {
        var page = new StringBuilder();
        page.Append(".TH PATCHTOOLS 1 \"\" \"PatchTools ").Append(version).Append("\" \"PatchTools\"\n");
        Section(page, "NAME").Append("patchtools \\- ").Append(Escape(CommandTable.Summary.TrimEnd('.'))).Append('\n');
        Section(page, "SYNOPSIS");
        foreach (var command in CommandTable.All)
            page.Append(".B patchtools ").Append(Escape(command.Name)).Append("\n[\\fIOPTION\\fR]...\n.br\n");
        Section(page, "DESCRIPTION")
            .Append(
                Escape(
                    "patchtools does on a Linux host what AWS-RunPatchBaseline does: it gets the patch baseline of the "
                        + "host from Systems Manager, compares the packages of the host with it, installs what is "
                        + "missing when asked to, keeps the patch states, and reports to Systems Manager. It needs "
                        + "neither Python nor PowerShell. What is printed is the text of the PatchTools module; with "
                        + "--json it is a document."
                )
            )
            .Append('\n');
        Section(page, "COMMANDS");
        foreach (var command in CommandTable.All)
            Write(page, command);
        Section(page, "EXIT STATUS");
        Entry(page, "0", "Done, compliant or not.");
        Entry(page, "1", "Failure; the message says which.");
        Entry(page, "2", "An install failed its dependency check; nothing was installed.");
        Entry(page, "64", "The arguments are not what the command takes.");
        Entry(page, "130, 143", "Stopped by SIGINT or SIGTERM; an install ends its transaction first.");
        Entry(page, "194", "An install wants a reboot: SSM's agent reboots and runs the command again.");
        foreach (
            var errors in PatchErrors
                .All.Where(error => error.ExitCode is not (0 or 1 or 2 or 194))
                .GroupBy(error => error.ExitCode)
                .OrderBy(group => group.Key)
        )
            Entry(
                page,
                errors.Key.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", errors.Select(error => error.Id))
            );
        Section(page, "ERRORS");
        foreach (var error in PatchErrors.All)
            Entry(page, $"{error.Id} ({error.ExitCode})", ProgramWords.Of(error.RecommendedAction));
        Section(page, "FILES");
        foreach (var place in Places.Split('\n').Chunk(2))
            Entry(page, place[0], place[1]);
        Section(page, "ENVIRONMENT");
        Entry(
            page,
            "AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_S3, AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "As AWS documents them."
        );
        Entry(page, "AWS_SSM_INSTANCE_ID, AWS_SSM_REGION_NAME, SSM_COMMAND_ID", "As SSM's agent sets them.");
        Entry(page, "NO_COLOR, COLUMNS", "No colours; the width of what is no terminal.");
        return page.ToString().TrimEnd('\n');
    }

    private static void Write(StringBuilder page, CommandRow command)
    {
        page.Append(".SS patchtools ").Append(Escape(command.Name)).Append('\n');
        page.Append(Escape($"{command.Summary} {command.Description}")).Append('\n');
        foreach (var option in command.Options)
        {
            page.Append(".TP\n\\fB").Append(Escape(option.Name)).Append("\\fR");
            if (option.Value is { } value)
                page.Append(" \\fI").Append(Escape(value)).Append("\\fR");
            page.Append('\n').Append(Escape(option.Help));
            if (option.Choices.Count > 0)
                page.Append(Escape($" One of {string.Join(", ", option.Choices)}."));
            page.Append('\n');
        }
    }

    private static StringBuilder Section(StringBuilder page, string title) =>
        page.Append(".SH \"").Append(title).Append("\"\n");

    private static void Entry(StringBuilder page, string term, string text) =>
        page.Append(".TP\n.B \"").Append(Escape(term)).Append("\"\n").Append(Escape(text)).Append('\n');

    /// <summary>A dash is what is typed, and no line begins with what roff would obey.</summary>
    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal)
            .Replace("…", "...", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? $"\\&{escaped}" : escaped;
    }
}
