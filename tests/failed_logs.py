"""Logs of failed jobs, one for each tool, as CI services store them, and what is true of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from curricle.failures.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CODE: Final = Bucket.CODE_REGRESSION
FLAKY: Final = Bucket.FLAKY_TEST
INFRA: Final = Bucket.INFRA_FAULT
CONFIG: Final = Bucket.SECRET_OR_CONFIG


@dataclass(frozen=True, kw_only=True)
class FailedLog:
    """What a tool printed in a job that failed, and where in it the failure stands."""

    service: str
    command: str
    output: str
    first: str
    """The first line of the failure."""
    last: str
    bucket: Bucket
    test: str | None = None
    file: str | None = None
    exit_code: int = 1

    @property
    def text(self) -> bytes:
        """Return the whole log: what the service writes around what the tool printed."""
        return _SERVICES[self.service](self).encode()

    @property
    def numbers(self) -> tuple[int, int]:
        """Return the numbers of the failure's first and last line, from 1."""
        lines = self.text.decode().replace("\r\n", "\n").split("\n")
        first = next(n for n, line in enumerate(lines, start=1) if line.endswith(self.first))
        last = next(
            n for n, line in enumerate(lines, start=1) if n >= first and line.endswith(self.last)
        )
        return first, last


_GITHUB_HEAD: Final = """\
Current runner version: '2.329.0'
##[group]Operating System
Ubuntu
24.04.3
LTS
##[endgroup]
##[group]Runner Image
Image: ubuntu-24.04
Version: 20261102.12.1
##[endgroup]
##[group]GITHUB_TOKEN Permissions
Contents: read
Metadata: read
##[endgroup]
Secret source: Actions
Prepare workflow directory
Prepare all required actions
Getting action download info
Download action repository 'actions/checkout@v5' (SHA:08c6903cd8c0fde910a37f88322edcfb5dd907a8)
Complete job name: test (ubuntu-24.04)
##[group]Run actions/checkout@v5
with:
  repository: acme/shop
  fetch-depth: 1
##[endgroup]
Syncing repository: acme/shop
##[group]Getting Git version info
Working directory is '/home/runner/work/shop/shop'
git version 2.51.2
##[endgroup]
Deleting the contents of '/home/runner/work/shop/shop'
##[group]Fetching the repository
From https://github.com/acme/shop
 * [new ref] 3f2c9a7d -> origin/main
##[endgroup]
HEAD is now at 3f2c9a7 Round prices after tax
##[group]Run {command}
{command}
shell: /usr/bin/bash -e {{0}}
##[endgroup]"""
_GITHUB_TAIL: Final = """\
##[error]Process completed with exit code {exit_code}.
Post job cleanup.
[command]/usr/bin/git version
git version 2.51.2
[command]/usr/bin/git config --local --name-only --get-regexp core\\.sshCommand
[command]/usr/bin/git submodule foreach --recursive sh -c "git config --local --unset x || :"
Cleaning up orphan processes"""
_TRAVIS_HEAD: Final = """\
travis_fold:start:worker_info
Worker information
hostname: 8a9f1c2e@1.worker-com-6b.travisci.net
startup: 6.522819251s
travis_fold:end:worker_info
travis_fold:start:system_info
Build system information
Build language: generic
Runtime kernel version: 5.4.0-1089-gcp
travis_fold:end:system_info
travis_fold:start:git.checkout
travis_time:start:0bd5
$ git clone --depth=50 --branch=main https://github.com/acme/shop.git acme/shop
Cloning into 'acme/shop'...
remote: Enumerating objects: 1742, done.
remote: Counting objects: 100% (1742/1742), done.
Receiving objects: 100% (1742/1742), 1.02 MiB | 11.20 MiB/s, done.
Resolving deltas: 100% (902/902), done.
travis_time:end:0bd5:start=1,finish=2,duration=1
$ cd acme/shop
$ git checkout -qf 3f2c9a7d51e0b6c4
travis_fold:end:git.checkout
Setting environment variables from .travis.yml
$ export TZ=UTC
$ export CI=true
travis_time:start:1f64
$ {command}"""
_TRAVIS_TAIL: Final = """\
travis_time:end:1f64:start=3,finish=9,duration=6
The command "{command}" exited with {exit_code}.
travis_fold:start:cache.2
store build cache
change detected, packing new archive
travis_fold:end:cache.2
Done. Your build exited with 1."""
_GITLAB_HEAD: Final = """\
Running with gitlab-runner 18.5.0 (bda84871)
  on green-3.runners.acme.example/default zxwgkjAP, system ID: s_d5d3abbdfd0a
section_start:1763712902:prepare_executor
Preparing the "docker+machine" executor
Using Docker executor with image registry.acme.example/build:2026-11 ...
Pulling docker image registry.acme.example/build:2026-11 ...
section_end:1763712921:prepare_executor
section_start:1763712921:get_sources
Getting source from Git repository
Fetching changes with git depth set to 20...
Initialized empty Git repository in /builds/acme/shop/.git/
Created fresh repository.
Checking out 3f2c9a7d as detached HEAD (ref is main)...
Skipping Git submodules setup
section_end:1763712931:get_sources
section_start:1763712931:restore_cache
Restoring cache
Checking cache for default-protected...
Successfully extracted cache
section_end:1763712935:restore_cache
section_start:1763712935:step_script
Executing "step_script" stage of the job script
$ {command}"""
_GITLAB_TAIL: Final = """\
section_end:1763712999:step_script
section_start:1763712999:upload_artifacts_on_failure
Uploading artifacts for failed job
Uploading artifacts...
report.xml: found 1 matching artifact files and directories
section_end:1763713002:upload_artifacts_on_failure
Cleaning up project directory and file based variables
ERROR: Job failed: exit code {exit_code}"""


def _github(log: FailedLog) -> str:
    clock = datetime(2026, 11, 20, 8, 15, 2, 123456, UTC)
    lines = _woven(_GITHUB_HEAD, log, _GITHUB_TAIL)
    times = (clock + timedelta(milliseconds=37 * number) for number in range(len(lines)))
    return "".join(
        f"{time:%Y-%m-%dT%H:%M:%S.%f}7Z {line}\n" for time, line in zip(times, lines, strict=True)
    )


def _travis(log: FailedLog) -> str:
    return "".join(f"{line}\r\n" for line in _woven(_TRAVIS_HEAD, log, _TRAVIS_TAIL))


def _gitlab(log: FailedLog) -> str:
    return "".join(f"{line}\n" for line in _woven(_GITLAB_HEAD, log, _GITLAB_TAIL))


def _woven(head: str, log: FailedLog, tail: str) -> list[str]:
    around = {"command": log.command, "exit_code": log.exit_code}
    text = f"{head.format(**around)}\n{log.output.strip(chr(10))}\n{tail.format(**around)}"
    return text.split("\n")


_SERVICES: Final[Mapping[str, Callable[[FailedLog], str]]] = {
    "github": _github,
    "travis": _travis,
    "gitlab": _gitlab,
}

FAILED_LOGS: Final[Mapping[str, FailedLog]] = {
    "pytest": FailedLog(
        service="github",
        command="python -m pytest -q tests",
        bucket=CODE,
        test="test_tax_is_rounded_half_up",
        file="tests/test_prices.py",
        first="_________________________ test_tax_is_rounded_half_up __________________________",
        last="tests/test_prices.py:18: AssertionError",
        output="""
============================= test session starts ==============================
platform linux -- Python 3.12.7, pytest-8.4.2, pluggy-1.6.0
rootdir: /home/runner/work/shop/shop
configfile: pyproject.toml
plugins: cov-7.0.0, xdist-3.8.0
collected 41 items

tests/test_basket.py ..............                                      [ 34%]
tests/test_errors.py .........                                           [ 56%]
tests/test_prices.py ....F.............                                  [100%]

=================================== FAILURES ===================================
_________________________ test_tax_is_rounded_half_up __________________________

    def test_tax_is_rounded_half_up() -> None:
        price = Price("10.00")
        taxed = price.with_tax("0.175")
>       assert taxed.amount == Decimal("11.75")
E       AssertionError: assert Decimal('11.74') == Decimal('11.75')
E        +  where Decimal('11.74') = Price('11.74').amount

tests/test_prices.py:18: AssertionError
=========================== short test summary info ============================
FAILED tests/test_prices.py::test_tax_is_rounded_half_up - AssertionError: as...
========================= 1 failed, 40 passed in 1.32s =========================
""",
    ),
    "unittest": FailedLog(
        service="travis",
        command="python -m unittest discover -v",
        bucket=CODE,
        test="test_total_of_nothing (tests.test_basket.BasketTest.test_total_of_nothing)",
        file="tests/test_basket.py",
        first="FAIL: test_total_of_nothing (tests.test_basket.BasketTest.test_total_of_nothing)",
        last="AssertionError: None != 0",
        output="""
test_add (tests.test_basket.BasketTest.test_add) ... ok
test_remove (tests.test_basket.BasketTest.test_remove) ... ok
test_total_of_nothing (tests.test_basket.BasketTest.test_total_of_nothing) ... FAIL
test_error_page (tests.test_pages.PagesTest.test_error_page) ... ok

======================================================================
FAIL: test_total_of_nothing (tests.test_basket.BasketTest.test_total_of_nothing)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/home/travis/build/acme/shop/tests/test_basket.py", line 27, in test_total_of_nothing
    self.assertEqual(Basket().total, 0)
AssertionError: None != 0

----------------------------------------------------------------------
Ran 4 tests in 0.012s

FAILED (failures=1)
""",
    ),
    "jest": FailedLog(
        service="github",
        command="npx jest --ci",
        bucket=CODE,
        test="Basket › adds an item twice",
        file="src/basket.test.ts",
        first="  ● Basket › adds an item twice",
        last="      at Object.<anonymous> (src/basket.test.ts:14:26)",
        output="""
PASS src/price.test.ts
PASS src/error.test.ts
FAIL src/basket.test.ts
  Basket
    ✓ adds an item (3 ms)
    ✕ adds an item twice (5 ms)

  ● Basket › adds an item twice

    expect(received).toBe(expected) // Object.is equality

    Expected: 2
    Received: 1

      12 |     basket.add("tea");
      13 |     basket.add("tea");
    > 14 |     expect(basket.count).toBe(2);
         |                          ^
      15 |   });
      16 | });

      at Object.<anonymous> (src/basket.test.ts:14:26)

Test Suites: 1 failed, 2 passed, 3 total
Tests:       1 failed, 11 passed, 12 total
Snapshots:   0 total
Time:        2.219 s
Ran all test suites.
""",
    ),
    "vitest": FailedLog(
        service="gitlab",
        command="pnpm vitest run",
        bucket=CODE,
        test="Basket > counts what is in it",
        file="src/basket.spec.ts",
        first=" FAIL  src/basket.spec.ts > Basket > counts what is in it",
        last="     13|   });",
        output="""
 RUN  v3.2.4 /builds/acme/shop

 ✓ src/price.spec.ts (8 tests) 12ms
 ❯ src/basket.spec.ts (3 tests | 1 failed) 9ms
   ✓ Basket > starts empty 1ms
   × Basket > counts what is in it 5ms
     → expected 1 to be 2 // Object.is equality
   ✓ Basket > forgets 0ms

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/basket.spec.ts > Basket > counts what is in it
AssertionError: expected 1 to be 2 // Object.is equality

- Expected
+ Received

- 2
+ 1

 ❯ src/basket.spec.ts:12:26
     10|     basket.add("tea");
     11|     basket.add("tea");
     12|     expect(basket.count).toBe(2);
       |                          ^
     13|   });

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯

 Test Files  1 failed | 1 passed (2)
      Tests  1 failed | 10 passed (11)
   Start at  08:15:04
   Duration  612ms
""",
    ),
    "mocha": FailedLog(
        service="travis",
        command="npm test",
        bucket=CODE,
        test="Basket counts what is in it",
        file="test/basket.js",
        first="  1) Basket",
        last="      at Context.<anonymous> (test/basket.js:9:14)",
        output="""
> shop@2.3.0 test /home/travis/build/acme/shop
> mocha --recursive test


  Basket
    ✓ starts empty
    1) counts what is in it
    ✓ reports an error for what is not for sale

  Price
    ✓ rounds half up


  3 passing (18ms)
  1 failing

  1) Basket
       counts what is in it:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 2

      + expected - actual

      -1
      +2

      at Context.<anonymous> (test/basket.js:9:14)
      at processImmediate (node:internal/timers:483:21)

npm ERR! Test failed.  See above for more details.
""",
    ),
    "playwright": FailedLog(
        service="github",
        command="npx playwright test",
        bucket=FLAKY,
        test="guest checkout works",
        file="checkout.spec.ts",
        first="  1) [chromium] › checkout.spec.ts:12:5 › guest checkout works ─────────────────",
        last="        at /home/runner/work/shop/shop/e2e/checkout.spec.ts:15:34",
        output="""
> shop@2.3.0 e2e
> playwright test

Running 6 tests using 2 workers
  ✓  1 [chromium] › login.spec.ts:4:5 › a customer signs in (1.2s)
  ✘  2 [chromium] › checkout.spec.ts:12:5 › guest checkout works (30.1s)
  ✓  3 [chromium] › error.spec.ts:3:5 › an unknown page says so (611ms)
  ✓  4 [chromium] › search.spec.ts:4:5 › tea is found (845ms)


  1) [chromium] › checkout.spec.ts:12:5 › guest checkout works ─────────────────

    Test timeout of 30000ms exceeded.

    Error: locator.click: Test timeout of 30000ms exceeded.
    Call log:
      - waiting for getByRole('button', { name: 'Pay now' })

      13 |   await page.goto("/basket");
      14 |   await page.getByLabel("Email").fill("guest@example.org");
    > 15 |   await page.getByRole("button", { name: "Pay now" }).click();
         |                                                       ^
      16 | });

        at /home/runner/work/shop/shop/e2e/checkout.spec.ts:15:34

  1 failed
    [chromium] › checkout.spec.ts:12:5 › guest checkout works ──────────────────
  5 passed (33.9s)
""",
    ),
    "go test": FailedLog(
        service="github",
        command="go test ./...",
        bucket=CODE,
        test="TestRoundsHalfUp",
        file="price_test.go",
        first="--- FAIL: TestRoundsHalfUp (0.00s)",
        last="    price_test.go:21: WithTax(10.00) = 11.74, want 11.75",
        output="""
go: downloading github.com/google/go-cmp v0.6.0
go: downloading golang.org/x/sync v0.8.0
ok  \tgithub.com/acme/shop/basket\t0.004s
?   \tgithub.com/acme/shop/cmd/shop\t[no test files]
ok  \tgithub.com/acme/shop/errors\t0.003s
--- FAIL: TestRoundsHalfUp (0.00s)
    price_test.go:21: WithTax(10.00) = 11.74, want 11.75
FAIL
FAIL\tgithub.com/acme/shop/price\t0.005s
ok  \tgithub.com/acme/shop/stock\t0.011s
FAIL
""",
    ),
    "cargo test": FailedLog(
        service="github",
        command="cargo test --locked",
        exit_code=101,
        bucket=CODE,
        test="price::tests::rounds_half_up",
        file="src/price.rs",
        first="---- price::tests::rounds_half_up stdout ----",
        last="note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        output="""
    Updating crates.io index
 Downloading crates ...
  Downloaded thiserror v2.0.17
   Compiling thiserror v2.0.17
   Compiling shop v0.3.0 (/home/runner/work/shop/shop)
    Finished `test` profile [unoptimized + debuginfo] target(s) in 4.71s
     Running unittests src/lib.rs (target/debug/deps/shop-5a1f0c9e2d7b3846)

running 3 tests
test basket::tests::error_is_shown ... ok
test basket::tests::starts_empty ... ok
test price::tests::rounds_half_up ... FAILED

failures:

---- price::tests::rounds_half_up stdout ----

thread 'price::tests::rounds_half_up' panicked at src/price.rs:42:9:
assertion `left == right` failed
  left: 1174
 right: 1175
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    price::tests::rounds_half_up

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `--lib`
""",
    ),
    "rustc": FailedLog(
        service="gitlab",
        command="cargo build --release",
        exit_code=101,
        bucket=CODE,
        file="src/price.rs",
        first="error[E0308]: mismatched types",
        last="   |                     expected due to this",
        output="""
    Updating crates.io index
   Compiling proc-macro2 v1.0.101
   Compiling unicode-ident v1.0.19
   Compiling thiserror v2.0.17
   Compiling shop v0.3.0 (/builds/acme/shop)
warning: unused variable: `error`
  --> src/basket.rs:11:9
   |
11 |     let error = 3;
   |         ^^^^^ help: if this is intentional, prefix it with an underscore: `_error`
   |
   = note: `#[warn(unused_variables)]` on by default

error[E0308]: mismatched types
  --> src/price.rs:18:27
   |
18 |         let cents: u32 = self.amount.to_string();
   |                    ---   ^^^^^^^^^^^^^^^^^^^^^^^ expected `u32`, found `String`
   |                    |
   |                     expected due to this

For more information about this error, try `rustc --explain E0308`.
warning: `shop` (lib) generated 1 warning
error: could not compile `shop` (lib) due to 1 previous error; 1 warning emitted
""",
    ),
    "maven surefire": FailedLog(
        service="travis",
        command="mvn -B verify",
        bucket=CODE,
        test="org.acme.shop.PriceTest.roundsHalfUp",
        file="PriceTest.java",
        first="[ERROR] org.acme.shop.PriceTest.roundsHalfUp  Time elapsed: 0.006 s  <<< FAILURE!",
        last="\tat org.acme.shop.PriceTest.roundsHalfUp(PriceTest.java:23)",
        output="""
[INFO] Scanning for projects...
[INFO]
[INFO] --------------------------< org.acme:shop >---------------------------
[INFO] Building shop 2.3.0-SNAPSHOT
[INFO] --------------------------------[ jar ]---------------------------------
[INFO] --- maven-resources-plugin:3.3.1:resources (default-resources) @ shop ---
[INFO] Copying 2 resources from src/main/resources to target/classes
[INFO] --- maven-surefire-plugin:2.22.2:test (default-test) @ shop ---
[INFO]
[INFO] -------------------------------------------------------
[INFO]  T E S T S
[INFO] -------------------------------------------------------
[INFO] Running org.acme.shop.ErrorPageTest
[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.041 s
[INFO] Running org.acme.shop.PriceTest
[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.03 s <<< FAILURE!
[ERROR] org.acme.shop.PriceTest.roundsHalfUp  Time elapsed: 0.006 s  <<< FAILURE!
org.opentest4j.AssertionFailedError: expected: <11.75> but was: <11.74>
\tat org.acme.shop.PriceTest.roundsHalfUp(PriceTest.java:23)

[INFO]
[INFO] Results:
[INFO]
[ERROR] Failures:
[ERROR]   PriceTest.roundsHalfUp:23 expected: <11.75> but was: <11.74>
[INFO]
[ERROR] Tests run: 7, Failures: 1, Errors: 0, Skipped: 0
[INFO]
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[INFO] Total time:  4.812 s
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:2.22.2:test
""",
    ),
    "maven compile": FailedLog(
        service="gitlab",
        command="mvn -B package",
        bucket=CODE,
        file="src/main/java/org/acme/shop/Price.java",
        first="[ERROR] /builds/acme/shop/src/main/java/org/acme/shop/Price.java:[31,16]"
        " cannot find symbol",
        last="[ERROR]   location: class org.acme.shop.Price",
        output="""
[INFO] Scanning for projects...
[INFO]
[INFO] --------------------------< org.acme:shop >---------------------------
[INFO] Building shop 2.3.0-SNAPSHOT
[INFO] --- maven-compiler-plugin:3.13.0:compile (default-compile) @ shop ---
[INFO] Recompiling the module because of changed source code.
[INFO] Compiling 14 source files with javac [debug release 21] to target/classes
[INFO] -------------------------------------------------------------
[ERROR] COMPILATION ERROR :
[INFO] -------------------------------------------------------------
[ERROR] /builds/acme/shop/src/main/java/org/acme/shop/Price.java:[31,16] cannot find symbol
[ERROR]   symbol:   method roundHalfUp()
[ERROR]   location: class org.acme.shop.Price
[INFO] 1 error
[INFO] -------------------------------------------------------------
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[INFO] Total time:  2.114 s
[INFO] Finished at: 2026-11-20T08:15:09Z
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
[ERROR] Re-run Maven using the -X switch to enable full debug logging.
""",
    ),
    "gradle": FailedLog(
        service="github",
        command="./gradlew check",
        bucket=CODE,
        test="org.acme.shop.PriceTest > rounds half up",
        file="PriceTest.kt",
        first="org.acme.shop.PriceTest > rounds half up FAILED",
        last="        at org.acme.shop.PriceTest.rounds half up(PriceTest.kt:19)",
        output="""
Downloading https://services.gradle.org/distributions/gradle-9.2.0-bin.zip
............10%.............20%............30%.............40%.............50%
Welcome to Gradle 9.2.0!
Starting a Gradle Daemon (subsequent builds will be faster)
> Task :checkKotlinGradlePluginConfigurationErrors SKIPPED
> Task :compileKotlin
> Task :processResources
> Task :classes
> Task :compileTestKotlin

> Task :test FAILED

org.acme.shop.PriceTest > rounds half up FAILED
    org.opentest4j.AssertionFailedError: expected: <11.75> but was: <11.74>
        at org.acme.shop.PriceTest.rounds half up(PriceTest.kt:19)

12 tests completed, 1 failed

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':test'.
> There were failing tests. See the report at: file:///home/runner/work/shop/shop/build/reports

* Try:
> Run with --scan to get full insights.

BUILD FAILED in 31s
5 actionable tasks: 5 executed
""",
    ),
    "JUnit console": FailedLog(
        service="travis",
        command="java -jar lib/junit-platform-console-standalone.jar execute --scan-classpath",
        bucket=CODE,
        test="roundsHalfUp()",
        file="PriceTest.java",
        first="|     '-- roundsHalfUp() [X] expected: <11.75> but was: <11.74>",
        last="       org.acme.shop.PriceTest.roundsHalfUp(PriceTest.java:23)",
        output="""
Thanks for using JUnit! Support its development at https://junit.org/sponsoring

.
+-- JUnit Platform Suite [OK]
+-- JUnit Jupiter [OK]
| +-- ErrorPageTest [OK]
| | '-- isShown() [OK]
| '-- PriceTest [OK]
|     +-- addsTax() [OK]
|     '-- roundsHalfUp() [X] expected: <11.75> but was: <11.74>
'-- JUnit Vintage [OK]

Failures (1):
  JUnit Jupiter:PriceTest:roundsHalfUp()
    MethodSource [className = 'org.acme.shop.PriceTest', methodName = 'roundsHalfUp']
    => org.opentest4j.AssertionFailedError: expected: <11.75> but was: <11.74>
       org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:38)
       org.acme.shop.PriceTest.roundsHalfUp(PriceTest.java:23)

Test run finished after 64 ms
[         3 tests found           ]
[         2 tests successful      ]
[         1 tests failed          ]
""",
    ),
    "ctest": FailedLog(
        service="github",
        command="ctest --test-dir build --output-on-failure",
        exit_code=8,
        bucket=CODE,
        test="price_rounding",
        file="tests/price_rounding.cpp",
        first="3/4 Test #3: price_rounding ...................***Failed    0.01 sec",
        last="price_rounding: /home/runner/work/shop/shop/tests/price_rounding.cpp:17: int main():"
        " Assertion `taxed == 1175' failed.",
        output="""
Internal ctest changing into directory: /home/runner/work/shop/shop/build
Test project /home/runner/work/shop/shop/build
    Start 1: basket_counts
1/4 Test #1: basket_counts ....................   Passed    0.01 sec
    Start 2: error_page
2/4 Test #2: error_page .......................   Passed    0.01 sec
    Start 3: price_rounding
3/4 Test #3: price_rounding ...................***Failed    0.01 sec
checking 4 prices
price_rounding: /home/runner/work/shop/shop/tests/price_rounding.cpp:17: int main(): \
Assertion `taxed == 1175' failed.

    Start 4: stock
4/4 Test #4: stock ............................   Passed    0.02 sec

75% tests passed, 1 tests failed out of 4

Total Test time (real) =   0.05 sec

The following tests FAILED:
\t  3 - price_rounding (Failed)
Errors while running CTest
""",
    ),
    "gtest": FailedLog(
        service="gitlab",
        command="./build/shop_test",
        bucket=CODE,
        test="PriceTest.RoundsHalfUp",
        file="tests/price_test.cc",
        first="/builds/acme/shop/tests/price_test.cc:21: Failure",
        last="[  FAILED  ] PriceTest.RoundsHalfUp (0 ms)",
        output="""
[==========] Running 3 tests from 2 test suites.
[----------] Global test environment set-up.
[----------] 1 test from ErrorTest
[ RUN      ] ErrorTest.IsShown
[       OK ] ErrorTest.IsShown (0 ms)
[----------] 1 test from ErrorTest (0 ms total)

[----------] 2 tests from PriceTest
[ RUN      ] PriceTest.AddsTax
[       OK ] PriceTest.AddsTax (0 ms)
[ RUN      ] PriceTest.RoundsHalfUp
/builds/acme/shop/tests/price_test.cc:21: Failure
Expected equality of these values:
  Price(1000).WithTax(175).cents()
    Which is: 1174
  1175
[  FAILED  ] PriceTest.RoundsHalfUp (0 ms)
[----------] 2 tests from PriceTest (0 ms total)

[----------] Global test environment tear-down
[==========] 3 tests from 2 test suites ran. (0 ms total)
[  PASSED  ] 2 tests.
""",
    ),
    "rspec": FailedLog(
        service="travis",
        command="bundle exec rspec",
        bucket=CODE,
        test="Price#with_tax rounds half up",
        file="spec/price_spec.rb",
        first="  1) Price#with_tax rounds half up",
        last="     # ./spec/price_spec.rb:14:in `block (3 levels) in <top (required)>'",
        output="""
Randomized with seed 41377
.............F......

Failures:

  1) Price#with_tax rounds half up
     Failure/Error: expect(price.with_tax(175).cents).to eq 1175

       expected: 1175
            got: 1174

       (compared using ==)
     # ./spec/price_spec.rb:14:in `block (3 levels) in <top (required)>'

Finished in 0.05221 seconds (files took 0.31 seconds to load)
20 examples, 1 failure

Failed examples:

rspec ./spec/price_spec.rb:12 # Price#with_tax rounds half up

Randomized with seed 41377
""",
    ),
    "minitest": FailedLog(
        service="github",
        command="bundle exec rake test",
        bucket=CODE,
        test="PriceTest#test_rounds_half_up",
        file="test/price_test.rb",
        first="  1) Failure:",
        last="  Actual: 1174",
        output="""
Run options: --seed 6512

# Running:

.......F....

Finished in 0.011273s, 1064.4903 runs/s, 1241.9054 assertions/s.

  1) Failure:
PriceTest#test_rounds_half_up [test/price_test.rb:15]:
Expected: 1175
  Actual: 1174

12 runs, 14 assertions, 1 failures, 0 errors, 0 skips
rake aborted!
Command failed with status (1)

Tasks: TOP => test
(See full trace by running task with --trace)
""",
    ),
    "phpunit": FailedLog(
        service="gitlab",
        command="vendor/bin/phpunit",
        bucket=CODE,
        test="Acme\\Shop\\PriceTest::testRoundsHalfUp",
        file="tests/PriceTest.php",
        first="1) Acme\\Shop\\PriceTest::testRoundsHalfUp",
        last="/builds/acme/shop/tests/PriceTest.php:27",
        output="""
PHPUnit 11.5.43 by Sebastian Bergmann and contributors.

Runtime:       PHP 8.4.14
Configuration: /builds/acme/shop/phpunit.xml

.....F......                                                      12 / 12 (100%)

Time: 00:00.034, Memory: 10.00 MB

There was 1 failure:

1) Acme\\Shop\\PriceTest::testRoundsHalfUp
Failed asserting that 1174 is identical to 1175.

/builds/acme/shop/tests/PriceTest.php:27

FAILURES!
Tests: 12, Assertions: 19, Failures: 1.
""",
    ),
    "dotnet test": FailedLog(
        service="github",
        command="dotnet test --no-restore",
        bucket=CODE,
        test="Acme.Shop.PriceTests.RoundsHalfUp",
        file="tests/Shop.Tests/PriceTests.cs",
        first="  Failed Acme.Shop.PriceTests.RoundsHalfUp [9 ms]",
        last="   at Acme.Shop.PriceTests.RoundsHalfUp() in"
        " /home/runner/work/shop/shop/tests/Shop.Tests/PriceTests.cs:line 22",
        output="""
  Determining projects to restore...
  All projects are up-to-date for restore.
  Shop -> /home/runner/work/shop/shop/src/Shop/bin/Debug/net9.0/Shop.dll
  Shop.Tests -> /home/runner/work/shop/shop/tests/Shop.Tests/bin/Debug/net9.0/Shop.Tests.dll
Test run for /home/runner/work/shop/shop/tests/Shop.Tests/bin/Debug/net9.0/Shop.Tests.dll
VSTest version 17.14.1 (x64)

Starting test execution, please wait...
A total of 1 test files matched the specified pattern.
  Failed Acme.Shop.PriceTests.RoundsHalfUp [9 ms]
  Error Message:
   Assert.Equal() Failure: Values differ
Expected: 11.75
Actual:   11.74
  Stack Trace:
   at Acme.Shop.PriceTests.RoundsHalfUp() in \
/home/runner/work/shop/shop/tests/Shop.Tests/PriceTests.cs:line 22

Failed!  - Failed:     1, Passed:    17, Skipped:     0, Total:    18, Duration: 61 ms
""",
    ),
    "tsc": FailedLog(
        service="github",
        command="npx tsc --noEmit",
        exit_code=2,
        bucket=CODE,
        file="src/price.ts",
        first="src/price.ts(18,9): error TS2322: Type 'string' is not assignable to type 'number'.",
        last="src/price.ts(18,9): error TS2322: Type 'string' is not assignable to type 'number'.",
        output="""
npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory.

added 212 packages, and audited 213 packages in 4s

41 packages are looking for funding
  run `npm fund` for details

found 0 vulnerabilities
> shop@2.3.0 types
> tsc --noEmit

src/price.ts(18,9): error TS2322: Type 'string' is not assignable to type 'number'.
""",
    ),
    "eslint": FailedLog(
        service="gitlab",
        command="npx eslint .",
        bucket=CODE,
        file="src/basket.js",
        first="/builds/acme/shop/src/basket.js",
        last="  11:7  error    'total' is never reassigned. Use 'const' instead  prefer-const",
        output="""
npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported

added 118 packages, and audited 119 packages in 3s

found 0 vulnerabilities

> shop@2.3.0 lint
> eslint .


/builds/acme/shop/src/basket.js
   4:10  warning  'error' is defined but never used                      no-unused-vars
  11:7  error    'total' is never reassigned. Use 'const' instead  prefer-const

✖ 2 problems (1 error, 1 warning)
  1 error and 0 warnings potentially fixable with the `--fix` option.

""",
    ),
    "ruff": FailedLog(
        service="github",
        command="ruff check .",
        bucket=CODE,
        file="src/shop/basket.py",
        first="F401 [*] `decimal.Decimal` imported but unused",
        last="help: Remove unused import: `decimal.Decimal`",
        output="""
Collecting ruff
  Downloading ruff-0.14.5-py3-none-manylinux_2_17_x86_64.whl.metadata (25 kB)
Downloading ruff-0.14.5-py3-none-manylinux_2_17_x86_64.whl (13.2 MB)
Installing collected packages: ruff
Successfully installed ruff-0.14.5
F401 [*] `decimal.Decimal` imported but unused
 --> src/shop/basket.py:3:21
  |
1 | from __future__ import annotations
2 |
3 | from decimal import Decimal
  |                     ^^^^^^^
4 |
5 | from shop.price import Price
  |
help: Remove unused import: `decimal.Decimal`

Found 1 error.
[*] 1 fixable with the `--fix` option.
""",
    ),
    "mypy": FailedLog(
        service="travis",
        command="mypy src",
        bucket=CODE,
        file="src/shop/price.py",
        first='src/shop/price.py:31: error: Incompatible return value type (got "str", expected'
        ' "Decimal")  [return-value]',
        last='src/shop/price.py:31: error: Incompatible return value type (got "str", expected'
        ' "Decimal")  [return-value]',
        output="""
Collecting mypy==1.18.2
  Downloading mypy-1.18.2-cp312-cp312-manylinux2014_x86_64.whl.metadata (2.2 kB)
Collecting typing_extensions>=4.6.0
Installing collected packages: typing_extensions, mypy_extensions, mypy
Successfully installed mypy-1.18.2 mypy_extensions-1.1.0 typing_extensions-4.15.0
src/shop/price.py:31: error: Incompatible return value type (got "str", expected "Decimal")  \
[return-value]
Found 1 error in 1 file (checked 12 source files)
""",
    ),
    "gcc": FailedLog(
        service="travis",
        command="make",
        exit_code=2,
        bucket=CODE,
        file="src/price.c",
        first="src/price.c: In function 'with_tax':",
        last="      |                                  tax",
        output="""
gcc -Wall -O2 -Iinclude -c -o build/basket.o src/basket.c
gcc -Wall -O2 -Iinclude -c -o build/error.o src/error.c
src/error.c:8:6: warning: unused variable 'code' [-Wunused-variable]
    8 |  int code;
      |      ^~~~
gcc -Wall -O2 -Iinclude -c -o build/price.o src/price.c
src/price.c: In function 'with_tax':
src/price.c:14:34: error: 'taxe' undeclared (first use in this function); did you mean 'tax'?
   14 |     return price + half_up(price * taxe, 1000);
      |                                  ^~~~
      |                                  tax
make: *** [Makefile:11: build/price.o] Error 1
""",
    ),
    "clang sanitizer": FailedLog(
        service="github",
        command="./build/shop_asan",
        bucket=CODE,
        file="src/basket.cpp",
        first="==4127==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc"
        " 0x55d0c1a4f2b1",
        last="==4127==ABORTING",
        output="""
-- The CXX compiler identification is Clang 18.1.3
-- Configuring done (0.4s)
-- Generating done (0.0s)
[ 50%] Building CXX object CMakeFiles/shop_asan.dir/src/basket.cpp.o
[100%] Linking CXX executable shop_asan
[100%] Built target shop_asan
loading 3 baskets
=================================================================
==4127==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d0c1a4f2b1
READ of size 4 at 0x602000000010 thread T0
    #0 0x55d0c1a4f2b0 in Basket::count() const /home/runner/work/shop/shop/src/basket.cpp:41:12
    #1 0x55d0c1a4f6de in main /home/runner/work/shop/shop/src/main.cpp:12:9

0x602000000010 is located 0 bytes inside of 4-byte region [0x602000000010,0x602000000014)
freed by thread T0 here:
    #0 0x55d0c1a1f3f2 in free (/home/runner/work/shop/shop/build/shop_asan+0xa33f2)
    #1 0x55d0c1a4f5a7 in Basket::clear() /home/runner/work/shop/shop/src/basket.cpp:33:5

SUMMARY: AddressSanitizer: heap-use-after-free src/basket.cpp:41:12 in Basket::count() const
==4127==ABORTING
""",
    ),
    "docker build": FailedLog(
        service="github",
        command="docker build -t shop .",
        bucket=INFRA,
        first="#2 ERROR: failed to do request: Head"
        ' "https://registry-1.docker.io/v2/library/python/manifests/3.12-slim": net/http: TLS'
        " handshake timeout",
        last="ERROR: failed to solve: python:3.12-slim: failed to resolve source metadata for"
        " docker.io/library/python:3.12-slim: failed to do request: Head"
        ' "https://registry-1.docker.io/v2/library/python/manifests/3.12-slim": net/http: TLS'
        " handshake timeout",
        output="""
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 612B done
#1 DONE 0.0s

#2 [internal] load metadata for docker.io/library/python:3.12-slim
#2 ERROR: failed to do request: Head \
"https://registry-1.docker.io/v2/library/python/manifests/3.12-slim": net/http: TLS handshake \
timeout
------
 > [internal] load metadata for docker.io/library/python:3.12-slim:
------
Dockerfile:1
--------------------
   1 | >>> FROM python:3.12-slim
   2 |     WORKDIR /app
   3 |     COPY . .
--------------------
ERROR: failed to solve: python:3.12-slim: failed to resolve source metadata for \
docker.io/library/python:3.12-slim: failed to do request: Head \
"https://registry-1.docker.io/v2/library/python/manifests/3.12-slim": net/http: TLS handshake \
timeout
""",
    ),
    "npm": FailedLog(
        service="github",
        command="npm ci",
        bucket=CONFIG,
        first="npm error code ERESOLVE",
        last="npm error For a full report see:",
        output="""
npm warn config production Use `--omit=dev` instead.
npm error code ERESOLVE
npm error ERESOLVE could not resolve
npm error
npm error While resolving: react-basket@4.1.0
npm error Found: react@19.2.0
npm error node_modules/react
npm error   react@"^19.2.0" from the root project
npm error
npm error Could not resolve dependency:
npm error peer react@"^18.0.0" from react-basket@4.1.0
npm error node_modules/react-basket
npm error   react-basket@"^4.1.0" from the root project
npm error
npm error Conflicting peer dependency: react@18.3.1
npm error node_modules/react
npm error   peer react@"^18.0.0" from react-basket@4.1.0
npm error
npm error Fix the upstream dependency conflict, or retry
npm error this command with --force or --legacy-peer-deps
npm error to accept an incorrect (and potentially broken) dependency resolution.
npm error
npm error For a full report see:
npm error /home/runner/.npm/_logs/2026-11-20T08_15_03_412Z-eresolve-report.txt
npm error A complete log of this run can be found in: /home/runner/.npm/_logs/x-debug-0.log
""",
    ),
    "yarn": FailedLog(
        service="travis",
        command="yarn install --frozen-lockfile",
        bucket=INFRA,
        first="error An unexpected error occurred:"
        ' "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz: ESOCKETTIMEDOUT".',
        last="error An unexpected error occurred:"
        ' "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz: ESOCKETTIMEDOUT".',
        output="""
yarn install v1.22.22
[1/4] Resolving packages...
[2/4] Fetching packages...
info There appears to be trouble with your network connection. Retrying...
info There appears to be trouble with your network connection. Retrying...
info There appears to be trouble with your network connection. Retrying...
error An unexpected error occurred: "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz: \
ESOCKETTIMEDOUT".
info If you think this is a bug, please open a bug report with the information provided in \
"/home/travis/build/acme/shop/yarn-error.log".
info Visit https://yarnpkg.com/en/docs/cli/install for documentation about this command.
""",
    ),
    "pnpm": FailedLog(
        service="gitlab",
        command="pnpm install --frozen-lockfile",
        bucket=CODE,
        first=' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because'
        " pnpm-lock.yaml is not up to date with <ROOT>/package.json",
        last="* 1 dependencies were added: zod@^4.1.12",
        output="""
Lockfile is up to date, resolution step is skipped
Scope: all 3 workspace projects
 ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is \
not up to date with <ROOT>/package.json

Note that in CI environments this setting is true by default. If you still need to run install \
in such cases, use "pnpm install --no-frozen-lockfile"

  Failure reason:
  specifiers in the lockfile don't match specifiers in package.json:
* 1 dependencies were added: zod@^4.1.12

""",
    ),
    "pip": FailedLog(
        service="travis",
        command="pip install -r requirements.txt",
        bucket=CONFIG,
        first="ERROR: Could not find a version that satisfies the requirement shop-money==9.1"
        " (from versions: 1.0, 1.1, 2.0)",
        last="ERROR: No matching distribution found for shop-money==9.1",
        output="""
Collecting requests==2.32.5 (from -r requirements.txt (line 1))
  Downloading requests-2.32.5-py3-none-any.whl.metadata (4.9 kB)
Collecting exceptiongroup==1.3.0 (from -r requirements.txt (line 2))
  Downloading exceptiongroup-1.3.0-py3-none-any.whl.metadata (6.7 kB)
ERROR: Could not find a version that satisfies the requirement shop-money==9.1 \
(from versions: 1.0, 1.1, 2.0)
ERROR: No matching distribution found for shop-money==9.1
[notice] A new release of pip is available: 25.2 -> 25.3
[notice] To update, run: pip install --upgrade pip
""",
    ),
    "uv": FailedLog(
        service="github",
        command="uv sync",
        bucket=CONFIG,
        first="  × No solution found when resolving dependencies:",
        last="      your project's requirements are unsatisfiable.",
        output="""
Using CPython 3.12.12
Creating virtual environment at: .venv
  × No solution found when resolving dependencies:
  ╰─▶ Because only shop-money<=2.0 is available and your project depends on
      shop-money>=9.1, we can conclude that
      your project's requirements are unsatisfiable.
""",
    ),
    "bundler": FailedLog(
        service="travis",
        command="bundle install --jobs=3 --retry=3",
        exit_code=7,
        bucket=CONFIG,
        first="Could not find gem 'money (~> 99.0)' in rubygems repository https://rubygems.org/"
        " or installed locally.",
        last="Could not find gem 'money (~> 99.0)' in rubygems repository https://rubygems.org/"
        " or installed locally.",
        output="""
Fetching gem metadata from https://rubygems.org/.........
Resolving dependencies...
Could not find gem 'money (~> 99.0)' in rubygems repository https://rubygems.org/ or \
installed locally.

The source contains the following gems matching 'money':
  * money-6.16.0
  * money-6.19.0
""",
    ),
    "apt": FailedLog(
        service="github",
        command="sudo apt-get install -y libshop-dev",
        exit_code=100,
        bucket=CONFIG,
        first="E: Unable to locate package libshop-dev",
        last="E: Unable to locate package libshop-dev",
        output="""
Get:1 http://azure.archive.ubuntu.com/ubuntu noble InRelease [256 kB]
Hit:2 http://azure.archive.ubuntu.com/ubuntu noble-updates InRelease
Get:3 http://azure.archive.ubuntu.com/ubuntu noble-security InRelease [126 kB]
Fetched 382 kB in 1s (401 kB/s)
Reading package lists...
Building dependency tree...
Reading state information...
E: Unable to locate package libshop-dev
""",
    ),
    "terraform": FailedLog(
        service="gitlab",
        command="terraform plan -input=false",
        bucket=CONFIG,
        file="provider.tf",
        first="│ Error: No valid credential sources found",
        last="│ Error: failed to refresh cached credentials, no EC2 IMDS role found",
        output="""
Initializing the backend...
Initializing provider plugins...
- Finding hashicorp/aws versions matching "~> 6.0"...
- Installing hashicorp/aws v6.21.0...
- Installed hashicorp/aws v6.21.0 (signed by HashiCorp)
Terraform has been successfully initialized!
╷
│ Error: No valid credential sources found
│
│   with provider["registry.terraform.io/hashicorp/aws"],
│   on provider.tf line 1, in provider "aws":
│    1: provider "aws" {
│
│ Please see https://registry.terraform.io/providers/hashicorp/aws
│ for more information about providing credentials.
│
│ Error: failed to refresh cached credentials, no EC2 IMDS role found
│
╵
""",
    ),
    "codex key": FailedLog(
        service="github",
        command="codex exec --sandbox read-only 'explain what broke'",
        bucket=CONFIG,
        first="ERROR: unexpected status 401 Unauthorized: Incorrect API key provided",
        last="ERROR: unexpected status 401 Unauthorized: Incorrect API key provided",
        output="""
OpenAI Codex v0.58.0 (research preview)
--------
workdir: /home/runner/work/shop/shop
model: gpt-5.1-codex
provider: openai
approval: never
sandbox: read-only
--------
user
explain what broke
Reconnecting... 1/5
Reconnecting... 2/5
ERROR: unexpected status 401 Unauthorized: Incorrect API key provided
""",
    ),
    "codex quota": FailedLog(
        service="gitlab",
        command="codex exec --sandbox read-only 'explain what broke'",
        bucket=CONFIG,
        first="ERROR: You've hit your usage limit. Upgrade to Pro or try again in 3 days.",
        last="ERROR: You've hit your usage limit. Upgrade to Pro or try again in 3 days.",
        output="""
OpenAI Codex v0.58.0 (research preview)
--------
workdir: /builds/acme/shop
model: gpt-5.1-codex
provider: openai
--------
user
explain what broke
ERROR: You've hit your usage limit. Upgrade to Pro or try again in 3 days.
""",
    ),
    "openai": FailedLog(
        service="travis",
        command="python summarise.py",
        bucket=INFRA,
        file="summarise.py",
        first="Traceback (most recent call last):",
        last="openai.RateLimitError: Error code: 429 - {'error': {'message': 'Rate limit reached"
        " for gpt-5-mini on tokens per min (TPM): Limit 200000', 'code': 'rate_limit_exceeded'}}",
        output="""
reading 14 chapters
summarising chapter 1
summarising chapter 2
HTTP Request: POST https://api.openai.com/v1/responses "HTTP/1.1 429 Too Many Requests"
Retrying request to /responses in 0.8 seconds
Traceback (most recent call last):
  File "/home/travis/build/acme/shop/summarise.py", line 41, in <module>
    main()
  File "/home/travis/build/acme/shop/summarise.py", line 28, in main
    answer = client.responses.create(model="gpt-5-mini", input=text)
  File "/opt/venv/lib/python3.12/site-packages/openai/_base_client.py", line 1047, in request
    raise self._make_status_error_from_response(err.response) from None
openai.RateLimitError: Error code: 429 - {'error': {'message': 'Rate limit reached for \
gpt-5-mini on tokens per min (TPM): Limit 200000', 'code': 'rate_limit_exceeded'}}
""",
    ),
    "cmake": FailedLog(
        service="travis",
        command="cmake -B build",
        bucket=CONFIG,
        file="CMakeLists.txt",
        first="CMake Error at CMakeLists.txt:9 (find_package):",
        last='  "fmt_DIR" to a directory containing one of the above files.',
        output="""
-- The CXX compiler identification is GNU 13.3.0
-- Detecting CXX compiler ABI info
-- Detecting CXX compiler ABI info - done
-- Check for working CXX compiler: /usr/bin/c++ - skipped
-- Performing Test HAS_NO_ERROR_FLAG - Success
CMake Error at CMakeLists.txt:9 (find_package):
  Could not find a package configuration file provided by "fmt" with any of
  the following names:

    fmtConfig.cmake
    fmt-config.cmake

  Add the installation prefix of "fmt" to CMAKE_PREFIX_PATH or set
  "fmt_DIR" to a directory containing one of the above files.


-- Configuring incomplete, errors occurred!
""",
    ),
    "xcode": FailedLog(
        service="github",
        command="xcodebuild test -scheme Shop",
        exit_code=65,
        bucket=CODE,
        test="ShopTests.PriceTests testRoundsHalfUp",
        file="ShopTests/PriceTests.swift",
        first="/Users/runner/work/shop/shop/ShopTests/PriceTests.swift:18: error:"
        " -[ShopTests.PriceTests testRoundsHalfUp] : XCTAssertEqual failed:"
        ' ("1174") is not equal to ("1175")',
        last="/Users/runner/work/shop/shop/ShopTests/PriceTests.swift:18: error:"
        " -[ShopTests.PriceTests testRoundsHalfUp] : XCTAssertEqual failed:"
        ' ("1174") is not equal to ("1175")',
        output="""
Command line invocation:
    /Applications/Xcode_26.1.app/Contents/Developer/usr/bin/xcodebuild test -scheme Shop
Testing started
Test Suite 'All tests' started at 2026-11-20 08:15:31.120.
Test Suite 'PriceTests' started at 2026-11-20 08:15:31.121.
Test Case '-[ShopTests.PriceTests testErrorIsShown]' started.
Test Case '-[ShopTests.PriceTests testErrorIsShown]' passed (0.001 seconds).
Test Case '-[ShopTests.PriceTests testRoundsHalfUp]' started.
/Users/runner/work/shop/shop/ShopTests/PriceTests.swift:18: error: \
-[ShopTests.PriceTests testRoundsHalfUp] : XCTAssertEqual failed: ("1174") is not equal to \
("1175")
Test Case '-[ShopTests.PriceTests testRoundsHalfUp]' failed (0.004 seconds).
Test Suite 'PriceTests' failed at 2026-11-20 08:15:31.126.
\t Executed 2 tests, with 1 failure (0 unexpected) in 0.005 (0.006) seconds

** TEST FAILED **
""",
    ),
    "haskell": FailedLog(
        service="travis",
        command="cabal build all",
        bucket=CODE,
        file="src/Shop/Price.hs",
        first="src/Shop/Price.hs:22:17: error: [GHC-83865]",
        last="   |                 ^^^^^^^^^^^^^",
        output="""
Resolving dependencies...
Build profile: -w ghc-9.10.3 -O1
In order, the following will be built (use -v for more details):
 - shop-0.3.0 (lib) (first run)
Preprocessing library for shop-0.3.0..
Building library for shop-0.3.0..
[1 of 3] Compiling Shop.Error       ( src/Shop/Error.hs, dist/Shop/Error.o )
[2 of 3] Compiling Shop.Price       ( src/Shop/Price.hs, dist/Shop/Price.o )

src/Shop/Price.hs:22:17: error: [GHC-83865]
    • Couldn't match expected type `Integer' with actual type `Double'
    • In the expression: halfUp amount
      In an equation for `withTax': withTax amount = halfUp amount
   |
22 | withTax amount = halfUp amount
   |                 ^^^^^^^^^^^^^

Error: [Cabal-7125]
Failed to build shop-0.3.0.
""",
    ),
    "elixir": FailedLog(
        service="github",
        command="mix test",
        exit_code=2,
        bucket=CODE,
        test="test rounds half up",
        file="test/price_test.exs",
        first="  1) test rounds half up (Shop.PriceTest)",
        last="       test/price_test.exs:9: (test)",
        output="""
Resolving Hex dependencies...
* Getting jason (Hex package)
==> jason
Compiling 10 files (.ex)
Generated jason app
==> shop
Compiling 6 files (.ex)
Generated shop app
Running ExUnit with seed: 414, max_cases: 8

........

  1) test rounds half up (Shop.PriceTest)
     test/price_test.exs:7
     Assertion with == failed
     code:  assert Price.with_tax(1000, 175) == 1175
     left:  1174
     right: 1175
     stacktrace:
       test/price_test.exs:9: (test)

...
Finished in 0.04 seconds (0.02s async, 0.02s sync)
12 tests, 1 failure
""",
    ),
    "perl": FailedLog(
        service="travis",
        command="prove -lv t",
        bucket=CODE,
        test="rounds half up",
        file="t/price.t",
        first="not ok 2 - rounds half up",
        last="#     expected: '1175'",
        output="""
t/error.t ...
ok 1 - an error is shown
1..1
ok
t/price.t ...
ok 1 - adds tax
not ok 2 - rounds half up

#   Failed test 'rounds half up'
#   at t/price.t line 14.
#          got: '1174'
#     expected: '1175'
ok 3 - knows its currency
1..3
# Looks like you failed 1 test of 3.
Dubious, test returned 1 (wstat 256, 0x100)
Failed 1/3 subtests

Test Summary Report
-------------------
t/price.t (Wstat: 256 (exited 1) Tests: 3 Failed: 1)
  Failed test:  2
  Non-zero exit status: 1
Files=2, Tests=4,  0 wallclock secs ( 0.02 usr  0.01 sys +  0.09 cusr  0.02 csys =  0.14 CPU)
Result: FAIL
""",
    ),
}
"""A tool to the log of a job in which it failed."""
