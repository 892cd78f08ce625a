using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using CsCheck;
using PatchTools.Errors;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Testing;
using PatchTools.Text;

namespace PatchTools.Tests.Views;

/// <summary>What packages, repositories and other users call their things reaches no terminal raw.</summary>
public sealed class TerminalTests
{
    /// <summary>
    /// Clears the screen, sets its title, goes back on the line, makes a line of its own, turns the writing, and hides.
    /// </summary>
    private const string Hostile =
        "a\u001b[2Jb\u001b]0;t\ac\rd\ne\u202ef\u0085g\u009b31mh\u007fi\0j\u2066k\u2028l\u200fm\ufeffn\b\U000e0041";

    [Fact]
    public void Warnings_errors_verbose_lines_and_progress_show_escapes()
    {
        using var session = new Session();
        using var shell = session
            .Shell()
            .AddCommand("Invoke-Step")
            .AddParameter(
                "Observed",
                (Func<IRunObserver, CancellationToken, Task<object>>)(
                    (observer, _) =>
                    {
                        observer.Warning(Hostile);
                        observer.Verbose(Hostile);
                        observer.Progress(Hostile, Hostile, 5);
                        return Task.FromResult<object>(1);
                    }
                )
            )
            .AddParameter("Verbose");

        shell.Invoke();

        string[] told =
        [
            .. shell.Streams.Warning.Select(record => record.Message),
            .. shell.Streams.Verbose.Select(record => record.Message),
            .. shell.Streams.Progress.SelectMany(record => new[] { record.StatusDescription, record.CurrentOperation }),
        ];
        Assert.True(told.Count(text => text?.Contains("\\x1b[2J", StringComparison.Ordinal) == true) >= 4);
        Assert.All(told.OfType<string>(), AssertSafe);
    }

    [Fact]
    public void An_error_shows_escapes_in_its_text_and_its_target()
    {
        var record = ErrorRecords.For(
            new PatchToolsException(PatchErrors.PackageManagerFailed, $"{Hostile} failed.", Hostile)
        );

        AssertSafe(record.ToString());
        AssertSafe(record.Exception.Message);
        AssertSafe(record.CategoryInfo.ToString());
        Assert.Contains("\\x1b[2J", record.ToString(), StringComparison.Ordinal);
        AssertSafe(Assert.IsType<string>(record.TargetObject));
    }

    [Fact]
    public void Every_text_of_every_object_is_shown_as_a_terminal_may_show_it()
    {
        var known = XDocument
            .Load(Path.Combine(StagedModule.Folder, "PatchTools.Texts.ps1xml"))
            .Root!.Elements("Type")
            .SelectMany(type =>
                type.Descendants("CodeProperty")
                    .Select(property => $"{type.Element("Name")!.Value}.{property.Element("Name")!.Value}")
            )
            .ToHashSet(StringComparer.Ordinal);
        var shown = typeof(ComplianceReport)
            .Assembly.GetExportedTypes()
            .Where(type => type is { Namespace: "PatchTools", IsEnum: false, IsInterface: false } && !IsAsked(type))
            .Append(typeof(Processes.Command))
            .Append(typeof(Processes.CommandResult));
        var texts =
            from type in shown
            from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            where
                property.PropertyType == typeof(string)
                || typeof(IEnumerable<string>).IsAssignableFrom(property.PropertyType)
                || typeof(IEnumerable<KeyValuePair<string, string>>).IsAssignableFrom(property.PropertyType)
            select $"{type.FullName}.{property.Name}";

        Assert.Empty(texts.Except(known));
    }

    /// <summary>Questions and tables that no cmdlet writes.</summary>
    private static bool IsAsked(Type type) =>
        type.Name is "PackageCatalog" or "AwsParameters" or "EvaluationTerms"
        || type.Name.EndsWith("Request", StringComparison.Ordinal);

    [Fact]
    public void The_host_program_shows_escapes_on_standard_error_whatever_script_writes_there()
    {
        var run = HostProgram.Run(
            "-Command",
            "$h = \"a`e[2Jb`a`r$([char]0x202e)\"; $Host.UI.WriteWarningLine($h); "
                + "$Host.UI.WriteVerboseLine($h); $Host.UI.WriteErrorLine($h); throw $h"
        );

        Assert.Equal(1, run.ExitCode);
        AssertSafe(run.Error);
        Assert.True(run.Error.Split("a\\x1b[2Jb\\x07").Length > 4, run.Error);
    }

    [Fact]
    public void Text_without_control_characters_stays_the_same_object_and_any_other_becomes_safe() =>
        Gen.String.ForAll(text =>
        {
            var cell = TerminalText.Cell(text);
            AssertSafe(cell);
            Assert.DoesNotContain('\n', cell);
            AssertSafe(TerminalText.Lines(text));
            Assert.Equal(cell, TerminalText.Cell(cell));
            if (text.All(char.IsLetterOrDigit))
                Assert.Same(text, cell);
        });

    [Theory]
    [InlineData("a\r\nb\tc", "a\r\nb\tc")]
    [InlineData("a\rb", "a\\rb")]
    [InlineData("\u001b[1;31mx\u001b[0m", "\u001b[1;31mx\u001b[0m")]
    [InlineData("\u001b[2Jx\u001b[1;31", "\\x1b[2Jx\\x1b[1;31")]
    [InlineData("ä → 𝒜", "ä → 𝒜")]
    public void Of_what_is_laid_out_only_colours_and_lines_stay(string text, string shown) =>
        Assert.Equal(shown, TerminalText.Coloured(text));

    private static void AssertSafe(string text) =>
        Assert.All(
            text.EnumerateRunes(),
            rune =>
                Assert.True(
                    rune.Value is '\n' or '\t'
                        || (rune.Value == '\r' && text.Contains("\r\n", StringComparison.Ordinal))
                        || System.Text.Rune.GetUnicodeCategory(rune)
                            is not (
                                System.Globalization.UnicodeCategory.Control
                                or System.Globalization.UnicodeCategory.Format
                                or System.Globalization.UnicodeCategory.LineSeparator
                                or System.Globalization.UnicodeCategory.ParagraphSeparator
                            ),
                    $"U+{rune.Value:X4} in {text}"
                )
        );
}
