using System.Collections;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PatchTools.Errors;
using PatchTools.Operations;

namespace PatchTools.Tests;

/// <summary>
/// What packages, repositories and other users call their things reaches no terminal raw, whatever the whole shell is
/// asked to show.
/// </summary>
public sealed partial class TerminalViewTests
{
    /// <summary>
    /// Clears the screen, sets its title, goes back on the line, makes a line of its own, turns the writing, and hides.
    /// </summary>
    private const string Hostile =
        "a\u001b[2Jb\u001b]0;t\ac\rd\ne\u202ef\u0085g\u009b31mh\u007fi\0j\u2066k\u2028l\u200fm\ufeffn\b\U000e0041";

    public static TheoryData<string> Types =>
        [
            .. XDocument
                .Load(Path.Combine(StagedModule.Folder, "PatchTools.Format.ps1xml"))
                .Descendants("TypeName")
                .Select(type => type.Value)
                .Distinct(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_view_shows_a_control_character_as_an_escape(string type)
    {
        var value = Poisoned(TypeOf(type));
        foreach (var colours in new[] { false, true })
        {
            using var session = Shell(width: 120, colours: colours);
            session.Show(value);
            session.Run("$args[0] | Format-List | Out-Default", value);
            var shown = Colour().Replace(session.Shown, "");
            Assert.Contains("\\x1b[2J", shown.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
            AssertSafe(shown);
        }
    }

    [Fact]
    public void Neither_does_the_cause_of_an_error()
    {
        var cause = new InvalidOperationException("x", new IOException(Hostile));
        using var session = Shell(width: 4000);
        session.Run(
            """
            Out-Default -InputObject ($args[0] | Format-List * -Force | Out-String)
            Out-Default -InputObject ($args[0].Exception | Format-List * -Force | Out-String)
            Out-Default -InputObject "$($args[0].Exception.InnerException) $($args[0].TargetObject)"
            """,
            ErrorRecords.For(new PatchToolsException(PatchErrors.PackageManagerFailed, "It failed.", Hostile, cause))
        );
        AssertSafe(Colour().Replace(session.Shown, ""));
        Assert.Contains("\\x1b[2J", session.Shown, StringComparison.Ordinal);
    }

    public static TheoryData<string> OutputTypes =>
        [
            .. XDocument
                .Load(Path.Combine(StagedModule.Folder, "PatchTools.Texts.ps1xml"))
                .Root!.Elements("Type")
                .Select(type => type.Element("Name")!.Value)
                // Errors have a test of their own; the other two are views of a catalog, which is not a text.
                .Where(type =>
                    !type.EndsWith("Exception", StringComparison.Ordinal)
                    && type is not ("PatchTools.PackageEntry" or "PatchTools.PackageVersion")
                ),
        ];

    /// <summary>Output types are Foundation's and the engine's.</summary>
    private static Type TypeOf(string name) =>
        typeof(ComplianceReport).Assembly.GetType(name) ?? typeof(PatchRun).Assembly.GetType(name, throwOnError: true)!;

    [Theory]
    [MemberData(nameof(OutputTypes))]
    public void No_table_of_chosen_properties_shows_a_control_character(string type)
    {
        var value = Poisoned(TypeOf(type));
        using var session = Shell(width: 4000);
        session.Run(
            """
            $item = $args[0]
            $names = $item.PSObject.Properties.Name
            foreach ($name in $names) {
                $item | Format-Table $name | Out-Default
                $item | Select-Object $name | Format-List | Out-Default
            }
            $item | Format-List * -Force | Out-Default
            $item | Select-Object * | Format-Wide | Out-Default
            $item | ConvertTo-Csv | Out-Default
            [pscustomobject]@{ Item = $item; Items = @($item, $item) } | Format-List | Out-Default
            Out-Default -InputObject "$item"
            Out-Default -InputObject ($item | Out-String)
            """,
            value
        );
        AssertSafe(Colour().Replace(session.Shown, ""));
        if (type != "PatchTools.InstallPlan") // Its texts are those of its changes.
            Assert.Contains("\\x1b[2J", session.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exact_text_is_there_for_scripts()
    {
        using var session = Shell();
        var finding = (PatchFinding)Poisoned(typeof(PatchFinding));
        session.Run("Out-Default -InputObject ($args[0].psbase.Name -ceq $args[1])", finding, finding.Name);
        Assert.Contains("True", session.Shown, StringComparison.Ordinal);
    }

    private static Session Shell(int width = 100, bool colours = false) =>
        new(width, colours, state: InitialSessionState.CreateDefault());

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

    private static object Poisoned(Type type)
    {
        var value = type.Name switch
        {
            nameof(ComplianceReport) => Samples.NonCompliantReport(),
            nameof(HostInventory) => Samples.Inventory(
                Samples.Repository("x", RepositoryStatus.RefreshFailed, "message")
            ),
            nameof(PatchSnapshot) => Samples.Snapshot(),
            nameof(PatchBaseline) => Samples.Snapshot().Baseline,
            nameof(PatchFinding) => Samples.Missing("x", "1", "2"),
            _ => RuntimeHelpers.GetUninitializedObject(type),
        };
        return Poison(value, 0);
    }

    /// <summary>Puts the hostile text into every text that hangs on the object.</summary>
    private static object Poison(object value, int depth)
    {
        foreach (
            var field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
        )
        {
            var type = field.FieldType;
            if (type == typeof(string))
                field.SetValue(value, Hostile);
            else if (type.IsAssignableFrom(typeof(string[])) && typeof(IEnumerable).IsAssignableFrom(type))
                field.SetValue(value, new[] { Hostile });
            else if (field.GetValue(value) is IEnumerable list and not string)
                foreach (var item in list.Cast<object>().Where(IsOurs))
                    Poison(item, depth + 1);
            else if (field.GetValue(value) is { } inner && IsOurs(inner) && depth < 6)
                Poison(inner, depth + 1);
            else if (
                field.GetValue(value) is null
                && type is { IsClass: true, Namespace: "PatchTools", IsAbstract: false }
                && depth < 6
            )
                field.SetValue(value, Poison(RuntimeHelpers.GetUninitializedObject(type), depth + 1));
            else if (field.GetValue(value) is null && ListOf(type, depth) is { } element)
                field.SetValue(value, element);
        }

        return value;
    }

    private static bool IsOurs(object value) =>
        value.GetType() is { IsEnum: false, IsClass: true, Namespace: "PatchTools" } && value is not PackageCatalog;

    private static Array? ListOf(Type type, int depth)
    {
        if (!type.IsGenericType || !typeof(IEnumerable).IsAssignableFrom(type))
            return null;
        var element = type.GenericTypeArguments[0];
        var isOurs = element is { IsClass: true, IsAbstract: false, Namespace: "PatchTools" } && depth < 3;
        var array = Array.CreateInstance(element, isOurs ? 1 : 0);
        if (isOurs)
            array.SetValue(Poison(RuntimeHelpers.GetUninitializedObject(element), depth + 1), 0);
        return type.IsInstanceOfType(array) ? array : null;
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Colour();
}
